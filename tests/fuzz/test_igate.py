"""iGate and the adapter for ministries with answers that are in no specification."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from khop.connectors.http.answers import Answer, read_json
from khop.connectors.igate import Account, IgateClient, IgateDeployment
from khop.connectors.igate.claims import claims_of, read_claims
from khop.connectors.igate.page import read_page
from khop.connectors.igate.pushes import (
    read_affected_rows,
    read_batch_answer,
    read_linked_states,
    read_push_answer,
    read_push_log,
    read_push_request,
)
from khop.connectors.igate.tokens import useful_seconds
from khop.connectors.igate_ministry import MinistryClient, MinistryDeployment, MinistryPaths
from khop.connectors.igate_ministry.answers import Uploaded
from khop.errors import ConnectorError, RecordError
from khop.mappings.igate.history import collapse
from khop.mappings.igate.mapping import IgateMapping
from khop.mappings.igate_ministry.messages import Filed, MinistryMapping
from tests.fuzz.answers import (
    FuzzedAnswer,
    Scripted,
    assert_error_fits,
    fuzzed_answers,
    result_or_error,
    transport,
)
from tests.fuzz.igate_mappings import MAPPINGS
from tests.fuzz.profile import FUZZ
from tests.fuzz.samples import bodies, raw
from tests.fuzz.strategies import PERSONAL_NUMBERS, damaged, json_bytes, texts, values

HOST = "https://igate.example.vn"
LISTS, DETAILS = bodies("igate", "list-*.json"), bodies("igate", "det-*.json")
DOSSIERS = [each for each in DETAILS if isinstance(each, dict) and "id" in each]
ITEMS = [item for page in LISTS for item in page.get("content", [])]
ITEMS += [each for each in DETAILS if isinstance(each, dict) and "code" in each]
TOKENS, PUSHES = bodies("igate", "tok-*.json"), bodies("igate", "nps-*.json")
MINISTRY = [
    *bodies("igate", "min-*.json"),
    {"code": 200, "message": "ok", "data": {"value": "H99-0001"}},
    {"code": "400", "message": "Hồ sơ đã tồn tại", "data": None},
    {"code": 200, "data": [{"response": {"data": [{"IdTepTin": "1", "HashTepTin": "a"}]}}]},
    {"code": 200, "data": {"idHoSo": "1", "maHoSo": "H99.01-260318-0001"}},
]
ANY = [*LISTS, *DETAILS, *TOKENS, *PUSHES, *MINISTRY]


def login_answer(request: httpx.Request) -> Mapping[str, Any] | None:
    return {"access_token": "abc"} if request.url.path in ("/token", "/t/GetToken") else None


def igate_client(answer: FuzzedAnswer, token: str = "/token") -> IgateClient:
    return IgateClient(
        "src",
        transport(Scripted(answer, login_answer)),
        IgateDeployment(HOST, f"{HOST}{token}"),
        Account("khop", lambda: "not-a-real-secret"),
        clock=lambda: 0.0,
    )


def ministry_client(answer: FuzzedAnswer, token: str = "/t/GetToken") -> MinistryClient:
    return MinistryClient(
        "src",
        transport(Scripted(answer, login_answer)),
        MinistryDeployment(
            HOST, "khop", lambda: "not-a-real-secret", paths=MinistryPaths(token=token)
        ),
        clock=lambda: 0.0,
    )


READS: Mapping[str, Callable[[IgateClient], object]] = {
    "search": lambda igate: igate.search(0),
    "dossier": lambda igate: igate.dossier("68a53f0c1d2e3f4a5b6c7d80"),
    "fees": lambda igate: igate.fees(["68a53f0c1d2e3f4a5b6c7d80"]),
    "form_data": lambda igate: igate.form_data("H99.18.03-250820-0012"),
    "push_log": lambda igate: igate.push_log("H99.18.03-250820-0012"),
}
WRITES: Mapping[str, Callable[[MinistryClient], object]] = {
    "next_value": lambda them: them.next_value("H99"),
    "upload": lambda them: them.upload("a.pdf", b"x", "application/pdf"),
    "create": lambda them: them.create({"MaHoSo": "H99.01-260318-0001"}),
    "progress": lambda them: them.progress([{"MaHoSo": "H99.01-260318-0001"}]),
    "status": lambda them: them.status([{"MaHoSo": "H99.01-260318-0001"}]),
}


@pytest.mark.parametrize("name", READS)
@FUZZ
@given(answer=fuzzed_answers(json_bytes(ANY)))
def test_a_read_gives_the_answer_or_raises_an_error_of_a_read(
    name: str, answer: FuzzedAnswer
) -> None:
    found = result_or_error(lambda: READS[name](igate_client(answer)), ConnectorError)
    if isinstance(found, ConnectorError):
        assert_error_fits(found, write=False)
    else:
        assert found is not None
        assert answer.whole
        assert 200 <= answer.status < 300


@pytest.mark.parametrize("name", WRITES)
@FUZZ
@given(answer=fuzzed_answers(json_bytes(ANY)))
def test_a_write_succeeds_or_raises_an_error_of_a_write(name: str, answer: FuzzedAnswer) -> None:
    found = result_or_error(lambda: WRITES[name](ministry_client(answer)), ConnectorError)
    if isinstance(found, ConnectorError):
        assert_error_fits(found, write=True)
    else:
        assert answer.whole
        assert 200 <= answer.status < 300


@FUZZ
@given(answer=fuzzed_answers(json_bytes([*TOKENS, *MINISTRY])))
@example(FuzzedAnswer(200, (), '{"code": "400", "message": "Hồ sơ đã tồn tại"}'.encode()))
@example(FuzzedAnswer(400, (), '{"code": "400", "message": "Hồ sơ đã tồn tại"}'.encode()))
def test_a_login_succeeds_or_raises_an_error_of_a_read(answer: FuzzedAnswer) -> None:
    elsewhere = "/elsewhere"
    for log_in in (igate_client(answer, elsewhere).login, ministry_client(answer, elsewhere).login):
        found = result_or_error(log_in, ConnectorError)
        if isinstance(found, ConnectorError):
            assert_error_fits(found, write=False)


@pytest.mark.parametrize("mapping", MAPPINGS, ids=["plain", "every rule"])
@FUZZ
@given(item=damaged(ITEMS) | values, fees=damaged([[*bodies("igate", "det-04.json")]]))
def test_an_item_becomes_a_record_or_a_reason(
    mapping: IgateMapping, item: object, fees: object
) -> None:
    reading = result_or_error(lambda: mapping.reading(item), RecordError)
    rows = fees if isinstance(fees, list) else [fees]
    full = result_or_error(lambda: mapping.full(item, rows), RecordError)
    if not isinstance(reading, RecordError):
        record = reading.record
        assert record.code
        assert record.native_id
        assert record.code.isprintable()
        assert not any(number in name for name in record.fields_lost for number in PERSONAL_NUMBERS)
        assert len(collapse(reading.history or ())) <= len(reading.history or ())
        entries = [each.entry_id for each in reading.history or ()]
        assert len(entries) == len(set(entries))
    if not isinstance(full, RecordError):
        assert all(step.status for step in full.steps)


FILING = MinistryMapping(units={"H99.18.03": "U1"}, applicant_kinds={"1": 1, "4": 2})
FILED = Filed("1", "H99.18.03-250820-0012")


@FUZZ
@given(item=damaged(DOSSIERS), form=values.map(lambda value: read_json(json.dumps(value))))
def test_a_dossier_is_filed_at_a_ministry_or_refused(item: object, form: object) -> None:
    dossier = result_or_error(lambda: MAPPINGS[1].full(item), RecordError)
    if isinstance(dossier, RecordError):
        return
    uploads = {file: Uploaded("1", "a") for file in dossier.files[:1]}
    fields = form if isinstance(form, dict) else None
    writes: tuple[Callable[[], object], ...] = (
        lambda: FILING.filed_as(FILING.dossier(dossier, uploads, fields), FILED.code),
        lambda: FILING.steps(FILED, dossier.steps),
        lambda: FILING.state(FILED, dossier),
        lambda: FILING.problems(dossier.record, dossier.steps),
    )
    for write in writes:
        result_or_error(write, RecordError)


@FUZZ
@given(body=damaged(LISTS) | values, asked=st.integers(0, 10**6))
def test_a_page_is_read_or_refused(body: object, asked: int) -> None:
    try:
        page = read_page(body, asked)
    except ValueError:
        return
    assert isinstance(page.last, bool)
    assert all(each is None or 0 <= each < 2**63 for each in (page.number, page.size, page.total))


@FUZZ
@given(body=damaged([*PUSHES, *LISTS]) | values)
def test_the_state_of_a_push_is_read_or_refused(body: object) -> None:
    readers: tuple[Callable[[object], object], ...] = (
        read_push_request,
        read_push_log,
        read_batch_answer,
        read_linked_states,
        read_affected_rows,
        lambda value: read_push_answer(Answer(200, {}, json.dumps(value).encode())),
    )
    for read in readers:
        try:
            read(body)
        except ValueError as refusal:
            assert not any(number in str(refusal) for number in PERSONAL_NUMBERS)


@FUZZ
@given(body=json_bytes(PUSHES) | st.binary(max_size=40))
def test_any_answer_to_a_push_is_read_or_refused(body: bytes) -> None:
    try:
        said_of_it = read_push_answer(Answer(200, {}, body))
    except ValueError:
        return
    assert len(said_of_it.title) <= 200


@FUZZ
@given(body=damaged(TOKENS), token=texts | st.text() | st.binary().map(bytes.hex), life=values)
def test_the_lifetime_of_any_token_is_within_limits(body: object, token: str, life: object) -> None:
    if isinstance(body, dict):
        read_claims(body)
    claims_of(f"{token}.{token}.{token}")
    seconds = useful_seconds(life, token)
    assert 0 < seconds <= 30 * 86_400


def test_samples_exist() -> None:
    assert len(ITEMS) >= 5
    assert raw("igate", "*.txt")
