"""The national portal with answers and calls that are in no specification."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from khop.connectors.dvcqg import (
    DvcqgClient,
    FixedLogin,
    NativeDeployment,
    NativeDialect,
    OAuthLogin,
    PortalLogin,
    ServiceAddresses,
    wrapper_dialect,
)
from khop.connectors.dvcqg.envelope import (
    Verdict,
    judge_progress,
    judge_read,
    judge_write,
    read_reply,
    read_text_reply,
    rows,
)
from khop.connectors.dvcqg.inbound import handle
from khop.connectors.dvcqg.payments import read_callback, read_start
from khop.connectors.http.answers import Answer
from khop.errors import ConnectorError, KhopError, RecordError, Refused, Unreadable
from khop.mappings.dvcqg.catalogue import (
    upper_keys,
)
from khop.mappings.dvcqg.checks import check_dossier, check_steps
from khop.mappings.dvcqg.mapping import DvcqgMapping
from khop.mappings.igate.mapping import IgateMapping
from khop.mappings.records import Status
from khop.mappings.states.status import igate_channels, igate_statuses
from tests.fuzz.answers import (
    FuzzedAnswer,
    Scripted,
    assert_error_fits,
    fuzzed_answers,
    result_or_error,
    transport,
)
from tests.fuzz.portal import (
    ANSWERS,
    CATALOGUES,
    CODE,
    FOUND,
    FakeProvince,
    assert_answered,
    rows_of,
)
from tests.fuzz.profile import FUZZ
from tests.fuzz.samples import bodies, raw
from tests.fuzz.strategies import PERSONAL_NUMBERS, damaged, json_bytes, nested, texts, values

HOST = "https://dvcqg.example.vn"
ITEMS = [row for body in bodies("dvcqg", "look-0[26].json") for row in [body.get("result", body)]]
CATALOGUE = bodies("dvcqg", "cat-0[2368].json")
INBOUND = bodies("dvcqg", "port-0[167].json")


def portal_login_answer(request: httpx.Request) -> Mapping[str, Any] | None:
    if request.url.path == "/login":
        return {"error_code": 0, "session": "b7c1f0de93aa4d0e8c55a1d2e3f40911"}
    return {"access_token": "abc"} if request.url.path == "/token" else None


def native(answer: FuzzedAnswer, login_path: str = "/login") -> DvcqgClient:
    destination = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
    dialect = NativeDialect(
        "src", NativeDeployment(HOST, login_path, "/g", "000.00.00.H99", destination)
    )
    session = PortalLogin(dialect, "h99_onegate", lambda: "not-a-real-secret")
    return DvcqgClient(
        transport(Scripted(answer, portal_login_answer)), dialect, session, clock=lambda: 0.0
    )


def wrapped(answer: FuzzedAnswer, token: str = "/token", *, fixed: bool = False) -> DvcqgClient:
    dialect = wrapper_dialect("src", ServiceAddresses(HOST, "/s", {"look_up": "TraCuuHoSo"}))
    access = FixedLogin("src") if fixed else OAuthLogin(
        "src", f"{HOST}{token}", "khop", lambda: "not-a-real-secret"
    )  # fmt: skip
    return DvcqgClient(
        transport(Scripted(answer, portal_login_answer)), dialect, access, clock=lambda: 0.0
    )


CLIENTS: Mapping[str, Callable[[FuzzedAnswer], DvcqgClient]] = {
    "native": native,
    "wrapper": wrapped,
    "no login": lambda answer: wrapped(answer, fixed=True),
}
ROW = {"MaHoSo": CODE}
READS: Mapping[str, Callable[[DvcqgClient], object]] = {
    "look_up": lambda portal: portal.look_up(CODE),
    "procedure": lambda portal: portal.catalogue.procedure("1.001612"),
    "procedures": lambda portal: portal.catalogue.procedures(),
    "online_services": lambda portal: portal.catalogue.online_services(),
    "sectors": lambda portal: portal.catalogue.sectors(),
    "questions": lambda portal: portal.public_opinion.questions_from_portal(),
    "feedback": lambda portal: portal.public_opinion.feedback(),
}
WRITES: Mapping[str, Callable[[DvcqgClient], object]] = {
    "create": lambda portal: portal.create(ROW),
    "update": lambda portal: portal.update(ROW),
    "progress": lambda portal: portal.progress([ROW]),
    "return_status": lambda portal: portal.return_status(ROW),
    "rate": lambda portal: portal.public_opinion.rate([ROW]),
}


@pytest.mark.parametrize("client", CLIENTS)
@FUZZ
@given(
    name=st.sampled_from(sorted(READS)),
    answer=fuzzed_answers(json_bytes(FOUND) | st.binary(max_size=30)),
)
def test_a_read_finds_rows_or_raises_an_error_of_a_read(
    client: str, name: str, answer: FuzzedAnswer
) -> None:
    found = result_or_error(lambda: READS[name](CLIENTS[client](answer)), ConnectorError)
    if isinstance(found, ConnectorError):
        assert_error_fits(found, write=False)
    else:
        assert isinstance(found, tuple)
        assert all(isinstance(row, Mapping) for row in found)
        assert_answered(answer)


@pytest.mark.parametrize("client", CLIENTS)
@FUZZ
@given(
    name=st.sampled_from(sorted(WRITES)),
    answer=fuzzed_answers(json_bytes(FOUND) | st.binary(max_size=30)),
)
def test_a_write_is_accepted_or_raises_an_error_of_a_write(
    client: str, name: str, answer: FuzzedAnswer
) -> None:
    found = result_or_error(lambda: WRITES[name](CLIENTS[client](answer)), ConnectorError)
    if isinstance(found, ConnectorError):
        assert_error_fits(found, write=True)
    else:
        assert answer.whole
        assert 200 <= answer.status < 300


@FUZZ
@given(answer=fuzzed_answers(json_bytes([*ANSWERS, {"access_token": "abc", "expires_in": 3600}])))
def test_a_login_succeeds_or_raises_an_error_of_a_read(answer: FuzzedAnswer) -> None:
    for client in (native(answer, "/elsewhere"), wrapped(answer, "/elsewhere")):
        found = result_or_error(client.login, ConnectorError)
        if isinstance(found, ConnectorError):
            assert_error_fits(found, write=False)


@FUZZ
@given(
    body=json_bytes(FOUND)
    | st.binary(max_size=30)
    | texts.map(lambda t: t.encode(errors="replace"))
)
def test_every_reply_has_a_verdict_or_is_refused(body: bytes) -> None:
    answer = Answer(200, {}, body)
    for read in (read_reply, read_text_reply):
        try:
            reply = read(answer)
        except ValueError:
            continue
        for judge in (
            judge_read,
            judge_write,
            judge_progress,
            lambda r: judge_write(r, create=True),
        ):
            try:
                verdict = judge(reply)
            except ValueError:
                continue
            assert isinstance(verdict, Verdict)
            if judge is judge_read and verdict is Verdict.ACCEPTED:
                assert reply.ok
                assert isinstance(rows(reply), tuple)


MAPPING = DvcqgMapping("dvcqg", units={"H99": "UBND"}, procedures={"1.001612": "1.001612"})


@FUZZ
@given(items=damaged(ITEMS) | values)
def test_a_look_up_becomes_a_record_or_a_reason_but_never_an_absence(items: object) -> None:
    listed = items if isinstance(items, list) else [items]
    record = result_or_error(lambda: MAPPING.record(listed, CODE), RecordError)
    if not isinstance(record, RecordError):
        assert (record is None) is (not listed)
        assert record is None or record.code == CODE
        assert record is None or set(record.fields_lost).isdisjoint(PERSONAL_NUMBERS)


@FUZZ
@given(
    listed=damaged([rows_of(body) for body in [*ANSWERS, *CATALOGUE]]).map(rows_of)
    | st.lists(values, max_size=3)
)
@example([{"a": 1, " A ": 2, "A": 3}])
def test_rows_of_a_catalogue_are_read_or_refused(listed: list[Any]) -> None:
    read_with_every_reader(listed)
    for row in listed:
        if isinstance(row, Mapping):
            assert all(key == key.upper() for key in upper_keys(row))


def read_with_every_reader(listed: list[Any]) -> None:
    for read in CATALOGUES:
        result_or_error(partial(read, listed), RecordError)


@pytest.mark.parametrize("depth", [8, 150, 500, 850])
def test_deeply_nested_rows_are_read_or_refused(depth: int) -> None:
    deep = nested(depth)
    for field in ("CACHTHUCTHUCHIEN", "LINHVUCTHUCHIEN", "APDUNGDVC", "NOIDUNG"):
        read_with_every_reader([{"MATTHC": "1.001612", field: deep}])
        read_with_every_reader([{"MATTHC": "1.001612", field: [{field: deep}]}])
    read_with_every_reader(deep)


SERVICES = (
    "search/call",
    "addtthcKhuyenMai",
    "nhanhsdvcqg",
    "nhantbthuedvcqg",
    "dptracuuthanhtoanhs",
    "downloadfile/0a000000-0000-0000-0000-000000000001",
)
PAYMENT = {
    "service": "NhanChungTuThueDat",
    "data": {"MaHoSo": CODE, "ThongTinThanhToan": {"MaThongBaoThue": "1"}},
}
NOTICE = base64.b64encode(b"<a><b><c>1</c></b></a>").decode()
CALLS = [
    *INBOUND,
    PAYMENT,
    {"service": "x", "isUpdating": "True", "data": {"MaHoSoQG": CODE, "ThongTinDaNop": {"a": []}}},
    {"data": {"FileThongBaoThue": NOTICE}},
    {"masohoso": CODE, "mahoso": CODE},
]


@FUZZ
@given(
    service=st.sampled_from(SERVICES) | texts,
    head=st.sampled_from(["", "/", "/XrdAdapter/RestService/forward/", "/x/VXPAdapter/y/"]),
    body=json_bytes(CALLS) | st.binary(max_size=40),
    fails=st.booleans(),
)
def test_every_call_of_the_portal_gets_a_reply(
    service: str, head: str, body: bytes, fails: bool
) -> None:
    reply = handle(head + service, body, FakeProvince(fails=fails))
    assert reply.status in (200, 404, 413, 500)
    if reply.content_type.startswith("application/json"):
        json.loads(reply.body)
    if service != "search/call":
        assert not any(number.encode() in reply.body for number in PERSONAL_NUMBERS)


@pytest.mark.parametrize("service", SERVICES[:5])
@pytest.mark.parametrize("depth", [150, 400, 900, 980, 100_000])
@pytest.mark.parametrize(
    "where",
    ['{"MaHoSo":"A","TaiLieuNop":*}', '{"data":{"MaHoSoQG":"A","ThongTinDaNop":*}}', "*",
     '{"service":"NhanChungTuThueDat","data":{"MaHoSo":"A","ThongTinThanhToan":*}}',
     '{"MaHoSo":"A","DiaChiDoanhNghiep":{"x":*},"masohoso":*}'],
)  # fmt: skip
def test_a_deeply_nested_call_gets_a_reply(service: str, depth: int, where: str) -> None:
    body = where.replace("*", "[" * depth + "]" * depth).encode()
    assert handle(service, body, FakeProvince(fails=False)).status in (200, 500)


@FUZZ
@given(body=json_bytes([*bodies("dvcqg", "pay-*.json")]), fields=values)
def test_any_payment_notice_is_read_or_refused(body: bytes, fields: object) -> None:
    result_or_error(lambda: read_start("src", Answer(200, {}, body)), Refused, Unreadable)
    if isinstance(fields, dict):
        result_or_error(lambda: read_callback("src", fields), Unreadable)


ONE_STOP = IgateMapping("igate", b"0" * 32, igate_statuses({}, {}), igate_channels({}, {}))
DOSSIERS = [
    body for body in bodies("igate", "det-*.json") if isinstance(body, dict) and "id" in body
]
SENT = bodies("dvcqg", "sync-0*.json")


@FUZZ
@given(item=damaged(DOSSIERS), procedure=damaged([rows_of(body)[0] for body in CATALOGUE]) | values)
def test_a_record_of_the_one_stop_is_written_for_the_portal_and_read_again(
    item: object, procedure: object
) -> None:
    try:
        dossier = ONE_STOP.full(item)
        message = MAPPING.write(dossier, procedure if isinstance(procedure, dict) else None)
    except RecordError:
        return
    json.dumps(message, allow_nan=False)
    result_or_error(lambda: check_dossier(message), RecordError)
    steps = MAPPING.write_steps(dossier.record.code, dossier.steps)
    result_or_error(lambda: check_steps(steps), RecordError)
    again = MAPPING.record([message], dossier.record.code)
    assert again is not None
    assert again.status is dossier.record.status
    # A date with or without its time is read as the same moment.
    for field in ("received_at", "due_at"):
        ours, theirs = getattr(dossier.record, field), getattr(again, field)
        assert (ours is None) is (theirs is None)
        assert ours is None or abs(ours.us - theirs.us) < 1_000_000


@FUZZ
@given(
    code=texts, local=texts, status=st.sampled_from(Status), text=texts, at=st.none(),
)  # fmt: skip
def test_the_return_of_a_state_is_written_or_refused(
    code: str, local: str, status: Status, text: str, at: None
) -> None:
    with pytest.raises(KhopError):
        MAPPING.write_return(code, local, status, at, text)


def test_samples_exist() -> None:
    assert len(ANSWERS) > 15
    assert SENT
    assert raw("dvcqg", "*.txt")
