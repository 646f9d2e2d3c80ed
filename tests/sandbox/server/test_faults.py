"""Each kind of fault, as a plain client sees it."""

from __future__ import annotations

import http.client
import json
from itertools import pairwise
from typing import Any

import pytest
from lxml import etree

from khop.loopback import Request
from khop.sandbox import ALL, Faults, World
from khop.sandbox.common import faults
from khop.sandbox.common.application import Environment
from khop.sandbox.common.faults import KINDS, Dice
from khop.sandbox.common.violations import Violations
from khop.sandbox.igate.system import Igate, IgateOptions
from khop.sandbox.world.dossiers import LABELS
from tests.sandbox.helpers import always

SEARCH = "/pa/dossier/search"


def new_record(world: World) -> dict[str, str | None]:
    finding = next(f for f in world.truth if f.rule == "A7" and f.repair == "machine")
    return {
        "MaHoSo": finding.code, "MaTTHC": "1.001600", "TenTTHC": "x", "MaLinhVuc": "G05-KH02",
        "TenLinhVuc": "x", "KenhThucHien": "1", "LoaiDoiTuong": "1", "TrichYeuHoSo": "x",
        "NgayTiepNhan": "20260820081530", "NgayHenTra": "", "TrangThaiHoSo": "4",
        "HinhThuc": "0", "DonViXuLy": "Sở Y tế",
    }  # fmt: skip


@pytest.fixture
def sound(both: Any) -> Any:
    """A logged-in client; the test sets the fault."""
    return both


def fetch(client: Any) -> tuple[http.client.HTTPResponse, bytes]:
    headers = {"Authorization": f"Bearer {client.token}"}
    answer: tuple[http.client.HTTPResponse, bytes] = client.call(
        "igate", "GET", f"{SEARCH}?size=50&spec=slice&page=1", headers=headers
    )
    return answer


def test_reset_before_sends_nothing(sound: Any) -> None:
    sandbox, client = sound
    sandbox.set_faults(always("reset_before"))
    with pytest.raises(ConnectionResetError):
        fetch(client)


def test_reset_mid_body_sends_a_part(sound: Any) -> None:
    sandbox, client = sound
    sandbox.set_faults(always("reset_mid_body"))
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        fetch(client)


def test_truncated_json_comes_with_and_without_a_matching_length(sound: Any) -> None:
    sandbox, client = sound
    sandbox.set_faults(always("truncated_json"))
    seen = set()
    for _ in range(12):
        try:
            _, raw = fetch(client)
        except http.client.IncompleteRead:
            seen.add("short of its length")
            continue
        with pytest.raises(json.JSONDecodeError):
            json.loads(raw)
        seen.add("not JSON")
    assert seen == {"short of its length", "not JSON"}


@pytest.mark.parametrize(("kind", "status"), [("html_200", 200), ("html_502", 502)])
def test_an_html_page_replaces_the_json(sound: Any, kind: str, status: int) -> None:
    sandbox, client = sound
    sandbox.set_faults(always(kind))
    answer, raw = fetch(client)
    assert (answer.status, raw[:6]) == (status, b"<html>")


def test_429_comes_with_and_without_retry_after(sound: Any) -> None:
    sandbox, client = sound
    sandbox.set_faults(always("retry_after"))
    told = [fetch(client)[0] for _ in range(8)]
    assert {(a.status, a.headers["Retry-After"]) for a in told} == {(429, "0"), (429, "1")}
    sandbox.set_faults(always("too_many"))
    answer, _ = fetch(client)
    assert (answer.status, answer.headers["Retry-After"]) == (429, None)


def test_server_errors_come_in_bursts(sound: Any) -> None:
    sandbox, client = sound
    sandbox.set_faults(Faults(0.2, frozenset({"server_errors"}), seed=1))
    statuses = [fetch(client)[0].status for _ in range(60)]
    broken = [status >= 500 for status in statuses]
    assert set(statuses) == {200, 500, 503, 504}
    assert any(a and b for a, b in pairwise(broken))


def test_expired_ends_every_token_and_session(sound: Any) -> None:
    sandbox, client = sound
    sandbox.set_faults(always("expired"))
    assert fetch(client)[0].status == 401
    assert client.portal("LayDanhSachTTHC")[0] == -1

    sandbox.set_faults(None)

    assert fetch(client)[0].status == 401
    assert client.portal("LayDanhSachTTHC")[0] == -1
    client.log_in_igate()
    client.log_in_portal()
    assert fetch(client)[0].status == 200
    assert client.portal("LayDanhSachTTHC")[0] == 0


def test_a_short_page_is_not_marked_as_last(sound: Any) -> None:
    sandbox, client = sound
    whole = client.search(size=50, page=1)
    sandbox.set_faults(always("short_page"))
    short = client.search(size=50, page=1)
    assert not short["last"]
    assert short["size"] == 50
    assert short["numberOfElements"] == len(short["content"]) < 50
    assert whole["content"][: len(short["content"])] == short["content"]


def test_the_last_page_is_never_short(sound: Any) -> None:
    sandbox, client = sound
    sandbox.set_faults(always("short_page"))
    assert len(client.search(size=50, page=3)["content"]) == 50


def test_a_repeated_page_has_its_own_number(sound: Any) -> None:
    sandbox, client = sound
    earlier = client.search(size=50, page=0)
    sandbox.set_faults(always("repeated_page"))
    again = client.search(size=50, page=1)
    assert again["number"] == 0
    assert again["content"] == earlier["content"]
    assert client.search(size=50, page=0)["number"] == 0


def test_rows_move_between_pages_without_a_new_finding(sound: Any) -> None:
    sandbox, client = sound
    first = client.search(size=100, page=0)["content"]
    sandbox.set_faults(always("rows_move"))
    seen = {row["id"] for row in first}
    # Only a row that moves from the second page to the first pushes another one back.
    pages = [client.search(size=100, page=1)["content"] for _ in range(20)]
    assert any(row["id"] in seen for page in pages for row in page)
    assert sandbox.findings() == sandbox.truth()


def test_unknown_status_changes_one_row_of_a_page(sound: Any) -> None:
    sandbox, client = sound
    usual = {row["id"]: row for row in client.search(size=50, page=1)["content"]}
    known = {number for number, _ in LABELS.values()}
    sandbox.set_faults(always("unknown_status"))
    seen = []
    for _ in range(30):
        page = client.search(size=50, page=1)["content"]
        assert [row["id"] for row in page] == list(usual)
        (odd,) = [row for row in page if row["dossierStatus"] != usual[row["id"]]["dossierStatus"]]
        assert odd["updatedDate"] == usual[odd["id"]]["updatedDate"]
        assert odd["dossierStatus"]["id"] not in known
        seen.append(odd)
    wrong = {finding.code for finding in sandbox.truth()}
    assert not {row["code"] for row in seen} & wrong
    assert {type(row["dossierStatus"]["name"]) for row in seen} == {str, list, type(None)}
    assert sandbox.findings() == sandbox.truth()


def test_duplicate_ids_repeats_an_item_in_an_older_version(sound: Any) -> None:
    sandbox, client = sound
    usual = client.search(size=50, page=1)["content"]
    sandbox.set_faults(always("duplicate_ids"))
    body = client.search(size=50, page=1)

    page = body["content"]
    assert body["numberOfElements"] == len(page) == 51
    (twice,) = [a for a, b in pairwise(page) if a["id"] == b["id"]]
    first, second = [row for row in page if row["id"] == twice["id"]]
    assert first in usual
    assert second["updatedDate"] < first["updatedDate"]
    assert second["dossierStatus"] != first["dossierStatus"]
    assert sandbox.findings() == sandbox.truth()


@pytest.mark.parametrize("kind", ["unknown_status", "duplicate_ids"])
def test_a_page_without_a_sound_row_is_unchanged(sound: Any, kind: str) -> None:
    sandbox, client = sound
    code = sandbox.truth()[0].code
    usual = client.search(size=5, code_match=code)
    sandbox.set_faults(always(kind))
    assert client.search(size=5, code_match=code) == usual
    assert sandbox.stats()["faults"]["igate"] == {}


def test_latency_is_short_and_keeps_the_answer(running: Any, shared_world: World) -> None:
    naps: list[float] = []
    with running(shared_world, naps=naps) as (sandbox, client):
        client.log_in_igate()
        sandbox.set_faults(always("latency"))
        assert fetch(client)[0].status == 200
    assert 0 < naps[0] <= 0.1


def test_commit_then_reset_takes_effect(sound: Any) -> None:
    sandbox, client = sound
    record = new_record(sandbox.world)
    sandbox.set_faults(always("commit_then_reset"))
    with pytest.raises(ConnectionResetError):
        client.portal_raw("DongBoHoSoMC", isUpdating="False", data=[record])
    assert record["MaHoSo"] in sandbox.world.portal
    assert client.portal("TraCuuHoSo", mahoso=record["MaHoSo"])[0] == 0
    assert [v.kind for v in sandbox.violations()] == []


@pytest.mark.parametrize("kind", ["reset_before", "retry_after", "too_many", "server_errors"])
def test_a_write_refused_by_a_fault_has_no_effect(sound: Any, kind: str) -> None:
    sandbox, client = sound
    record = new_record(sandbox.world)
    sandbox.set_faults(always(kind))
    with pytest.raises((ConnectionResetError, AssertionError)):
        client.portal_raw("DongBoHoSoMC", isUpdating="False", data=[record])
    assert record["MaHoSo"] not in sandbox.world.portal


#: One harmless call of each system, whether it lets it in or not.
CALLS = {
    "igate": ("GET", "/pa/dossier/search"),
    "dvcqg": ("POST", "/VXPAdapter/RestService/forward/mapi/g"),
    "vnpost": ("GET", "/apiVNPostNGSP/p1.0/order/tracking?pagesize=10&lastId=" + "0" * 24),
    "population": ("POST", "/csdldc"),
    "myvnpost": ("GET", "/customer-partner/getAllProvince"),
    "ministry": ("POST", "/api/DvcSync/CapNhatTienTrinh"),
}


@pytest.mark.parametrize("system", CALLS)
def test_faults_reach_every_system(sound: Any, system: str) -> None:
    sandbox, client = sound
    method, target = CALLS[system]

    def ask() -> tuple[int, bytes]:
        answer, raw = client.call(system, method, target, b"{}" if method == "POST" else None)
        return answer.status, raw

    sandbox.set_faults(always("html_200"))
    assert ask()[1].startswith(b"<html>")
    sandbox.set_faults(always("retry_after"))
    assert ask()[0] == 429
    sandbox.set_faults(always("server_errors"))
    assert ask()[0] >= 500
    sandbox.set_faults(always("reset_before"))
    with pytest.raises(ConnectionResetError):
        ask()
    sandbox.set_faults(always("reset_mid_body"))
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        ask()
    assert sum(sandbox.stats()["faults"][system].values()) == 5
    assert sandbox.findings() == sandbox.truth()


def test_truncated_xml_is_never_well_formed(sound: Any) -> None:
    sandbox, client = sound
    sandbox.set_faults(always("truncated_json"))
    seen = set()
    for _ in range(20):
        try:
            answer, raw = client.call("population", "POST", "/csdldc", b"<a/>")
        except http.client.IncompleteRead:
            continue
        if "xml" in answer.headers["Content-Type"]:
            with pytest.raises(etree.XMLSyntaxError):
                etree.fromstring(raw)
            seen.add("xml")
    assert seen == {"xml"}


def test_faults_are_counted_and_depend_on_the_seed_only(running: Any, shared_world: World) -> None:
    def run(seed: int) -> Any:
        kinds = frozenset({"html_200", "html_502", "too_many", "short_page"})
        with running(shared_world) as (sandbox, client):
            client.log_in_igate()
            sandbox.set_faults(Faults(0.5, kinds, seed))
            for _ in range(30):
                fetch(client)
            return sandbox.stats()

    first, again, other = run(1), run(1), run(2)
    assert first == again != other
    assert first["requests"]["igate"] == {"search": 30, "token": 1}
    assert 5 < sum(first["faults"]["igate"].values()) < 25


def test_faults_have_the_given_rate_and_every_kind() -> None:
    dice = Dice("igate", Faults(0.1))
    rolled = [dice.roll("page")[0] for _ in range(4000)]

    hits = [kind for kind in rolled if kind]
    assert 0.08 < len(hits) / len(rolled) < 0.14
    assert set(hits) == {kind for kind, purposes in KINDS.items() if "page" in purposes}


def test_a_kind_that_no_system_injects_is_an_error_and_is_not_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "gremlins", frozenset({"login", "page", "read", "write"}))
    monkeypatch.setattr(faults, "ALL", frozenset(KINDS))
    environment = Environment(world, Violations(world.register), always("gremlins"))
    system = Igate(environment, IgateOptions())
    with pytest.raises(NotImplementedError, match="gremlins"):
        system.answer(Request("GET", f"{SEARCH}?page=0", {}, b""))
    assert not system.faulted


def test_faults_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="gremlins"):
        Faults(0.1, frozenset({"gremlins"}))
    with pytest.raises(ValueError, match="0 to 1"):
        Faults(1.5)
    assert len(ALL) == 16
