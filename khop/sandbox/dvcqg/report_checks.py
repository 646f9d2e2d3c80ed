"""Checks of what the national portal gets besides dossiers and steps: returned states of its own
dossiers, ratings, questions and answers (docs/systems/dvcqg.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from khop.sandbox.common.records import Defect, missing_fields
from khop.sandbox.world.portal_dates import read_date

_MONTH = re.compile(r"(?:[1-9]|1[0-2])-\d{4}")
_PERCENT = re.compile(r"(?:\d|[1-9]\d|100)%")
_SHARES = (
    ("PhanTramDanhGiaRatHaiLong", "PhanTramDanhGiaHaiLong", "PhanTramDanhGiaChuaHaiLong"),
    (
        "PhanTramDanhGiaDichVuRatHaiLong",
        "PhanTramDanhGiaDichVuHaiLong",
        "PhanTramDanhGiaDichVuChuaHaiLong",
    ),
)
_RATING_TEXTS = ("DanhSachNoiDungYKien", "MaThuTuc", "NoiDung", "Madonvi", "TenDonVi")
_RETURN_REQUIRED = ("MaHoSo", "MaHoSoDonVi", "NgayXuLy")
#: The only states that can be returned: in progress, or refused.
_RETURNED_STATES = ("2", "5")
_ANSWER_REQUIRED = ("HOIDAPID", "MADONVI", "NGUOITRALOI", "NGAYTRALOI", "NOIDUNGTRALOI")
_QUESTION_REQUIRED = ("MaLinhVuc", "NOIDUNG", "MADONVI", "TENDONVI")


def return_defects(data: Mapping[str, Any]) -> list[Defect]:
    """The defects of a returned state of a dossier that was filed on the portal."""
    return [
        *missing_fields(data, _RETURN_REQUIRED),
        *_returned_state(data),
        *_moment(data, "NgayXuLy"),
        *_list(data, "TaiLieuXuLy"),
    ]


def rating_defects(rating: Mapping[str, Any]) -> list[Defect]:
    """The defects of the ratings of one month."""
    return [
        *_month(rating),
        *_count(rating),
        *(defect for shares in _SHARES for defect in _percents(rating, shares)),
        *(Defect("missing_field", n) for n in _RATING_TEXTS if not isinstance(rating.get(n), str)),
    ]


def answer_defects(answer: Mapping[str, Any]) -> list[Defect]:
    """The defects of an answer to a citizen's question."""
    return [*missing_fields(answer, _ANSWER_REQUIRED), *_day(answer, "NGAYTRALOI")]


def question_defects(question: Mapping[str, Any]) -> list[Defect]:
    """The defects of a question that the province publishes; its id is a number."""
    number = question.get("HOIDAPID")
    typed = isinstance(number, int) and not isinstance(number, bool)
    wrong = [] if typed else [Defect("not_a_number", "HOIDAPID")]
    return [*wrong, *missing_fields(question, _QUESTION_REQUIRED)]


def _returned_state(data: Mapping[str, Any]) -> Iterator[Defect]:
    if data.get("TrangThai") not in _RETURNED_STATES:
        yield Defect("status_invalid", "TrangThai")


def _moment(data: Mapping[str, Any], name: str) -> Iterator[Defect]:
    try:
        read_date(str(data.get(name) or ""))
    except ValueError:
        yield Defect("bad_date", name)


def _day(data: Mapping[str, Any], name: str) -> Iterator[Defect]:
    text = str(data.get(name) or "")
    try:
        written = datetime.strptime(text, "%d/%m/%Y").strftime("%d/%m/%Y") if text else text
    except ValueError:
        written = None
    if written != text:
        yield Defect("bad_date", name)


def _list(data: Mapping[str, Any], name: str) -> Iterator[Defect]:
    value = data.get(name)
    if value is not None and not isinstance(value, list):
        yield Defect("not_a_list", name)


def _month(rating: Mapping[str, Any]) -> Iterator[Defect]:
    month = rating.get("NgayTongHop")
    if not isinstance(month, str) or not _MONTH.fullmatch(month):
        yield Defect("bad_date", "NgayTongHop")


def _count(rating: Mapping[str, Any]) -> Iterator[Defect]:
    count = rating.get("TongSoNguoiDanhGia")
    if not isinstance(count, int) or isinstance(count, bool):
        yield Defect("not_a_number", "TongSoNguoiDanhGia")


def _percents(rating: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Defect]:
    texts = [rating.get(name) for name in names]
    if texts == ["", "", ""]:  # nobody was asked
        return
    wrong = [n for n, t in zip(names, texts, strict=True) if not _is_percent(t)]
    yield from (Defect("bad_percent", name) for name in wrong)
    # The three add up to 100, or all are zero.
    if not wrong and sum(int(str(text)[:-1]) for text in texts) not in (0, 100):
        yield Defect("bad_percent", names[-1])


def _is_percent(value: object) -> bool:
    return isinstance(value, str) and _PERCENT.fullmatch(value) is not None
