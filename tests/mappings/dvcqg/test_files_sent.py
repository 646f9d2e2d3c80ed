"""Files, results and their addresses in the message about a dossier (docs/systems/dvcqg.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from khop.mappings.records import Attachment, Status
from tests.mappings.dvcqg.portal import DOSSIER, MAPPING, URL
from tests.mappings.moments import at


def test_of_several_possible_results_none_is_chosen() -> None:
    procedure = {"KETQUATHUCHIEN": [{"MAKETQUA": "KQ.1"}, {"MAKETQUA": "KQ.2"}]}
    dossier = replace(DOSSIER, results=(Attachment("a", "1"), Attachment("b", "2", code="KQ.2")))
    papers = MAPPING.write(dossier, procedure)["DanhSachGiayToKetQua"]
    assert [paper["MaGiayToKetQua"] for paper in papers] == ["", "KQ.2"]


def test_a_submitted_file_is_not_sent_as_result() -> None:
    again = Attachment("don-dang-ky.pdf", "", f" {URL}")
    same_id = Attachment("x", "f1", "https://motcua.example.vn/other.pdf")
    dossier = replace(
        DOSSIER,
        files=(*DOSSIER.files, Attachment("y", "f1")),
        results=(again, same_id, Attachment("gcn", "r1")),
    )
    papers = MAPPING.write(dossier)["DanhSachGiayToKetQua"]
    assert [paper["TenGiayTo"] for paper in papers] == ["gcn"]


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.15:8080/documents/gcn.pdf",
        "http://127.0.0.1/gcn.pdf",
        "http://192.168.1.4/gcn.pdf",
        "http://172.16.0.1/gcn.pdf",
        "http://172.31.255.1/gcn.pdf",
        "http://169.254.1.1/gcn.pdf",
        "http://[::1]/gcn.pdf",
        "http://localhost/gcn.pdf",
        "http://fileserver/gcn.pdf",
        "http://files.local/gcn.pdf",
        "HTTP://FILES.LOCAL./gcn.pdf",
        "http://2130706433/gcn.pdf",
        "http://0x7f.1/gcn.pdf",
        "https://motcua.example.vn/gcn.pdf?t=1663901400123&download=true",
        "https://motcua.example.vn/gcn.pdf?download=true&t=1663901400123",
        "https://user:secret@motcua.example.vn/gcn.pdf",
        "ftp://motcua.example.vn/gcn.pdf",
        "file:///etc/passwd",
        "/2025/01/gcn.pdf",
        "https://motcua.example.vn:99999/gcn.pdf",
        "https://[bad/gcn.pdf",
        "https:///gcn.pdf",
        "https://motcua.example.vn/g cn.pdf",
        "",
    ],
)
def test_addresses_the_portal_cannot_fetch_are_left_out(url: str) -> None:
    dossier = replace(
        DOSSIER, files=(Attachment("đơn", "f", url),), results=(Attachment("gcn", "r", url + " "),)
    )
    written = MAPPING.write(dossier)
    assert written["TaiLieuNop"][0]["DuongDanTaiTepTin"] == ""
    assert written["TaiLieuNop"][0]["TenTepDinhKem"] == "đơn"
    assert all(paper["DuongDanTepTinKetQua"] == "" for paper in written["DanhSachGiayToKetQua"])


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (URL, URL),
        ("https://motcua.example.vn/f?t=abc", "https://motcua.example.vn/f?t=abc"),
        ("http://172.32.0.1/f", "http://172.32.0.1/f"),
        ("https://tệp.example.vn/f", "https://tệp.example.vn/f"),
        (f"{URL}##http://10.0.0.1/b", URL),
    ],
)
def test_addresses_the_portal_can_fetch_are_sent(url: str, sent: str) -> None:
    written = MAPPING.write(replace(DOSSIER, files=(Attachment("đơn", "f", url),)))
    assert written["TaiLieuNop"][0]["DuongDanTaiTepTin"] == sent


def test_a_file_without_a_name_gets_the_usual_name() -> None:
    written = MAPPING.write(replace(DOSSIER, files=(Attachment(" "),)))
    assert written["TaiLieuNop"][0]["TenTepDinhKem"] == "Dinhkem"


def test_documents_of_the_processing_go_with_a_returned_state() -> None:
    documents = (
        Attachment("qd.pdf", "d1", URL),
        Attachment("noi bo.pdf", "d2", "http://10.0.0.1/x"),
    )
    message = MAPPING.write_return(
        "G22.99-250110-000321", "H99", Status.FINISHED, at(2025, 1, 15, 9), "", documents
    )
    (sent,) = message["TaiLieuXuLy"]
    assert (sent["TepDinhKemId"], sent["TenTepDinhKem"]) == ("d1", "qd.pdf")
    assert sent["DuongDanTaiTepTin"] == URL
