"""Complete adapters with any answer of their system: no record is lost or repeated, and a missing
answer is no absence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import given

from khop.adapters.dvcqg import adapter as dvcqg
from khop.adapters.igate import adapter as igate
from khop.adapters.myvnpost import adapter as myvnpost
from khop.adapters.population import adapter as population
from khop.adapters.ports import Context, Health, IdentityAnswer, Purpose, Role
from khop.adapters.vnpost import adapter as vnpost
from khop.errors import ConnectorError, KhopError, RecordError
from khop.mappings.records import (
    Applicant,
    Birth,
    IdentityVerdict,
    Instant,
    Status,
    StatusRecord,
    Step,
)
from khop.mappings.time.calendar import WorkingCalendar
from tests.fuzz.answers import (
    FuzzedAnswer,
    Scripted,
    assert_error_fits,
    fuzzed_answers,
    result_or_error,
    transport,
)
from tests.fuzz.portal import FOUND, assert_answered
from tests.fuzz.profile import FUZZ
from tests.fuzz.samples import bodies, raw
from tests.fuzz.strategies import PERSONAL_NUMBERS, json_bytes, xml_bytes

HOST = "https://src.example.vn"
SECRET = {"env": "KHOP_FUZZ_SECRET"}
SETTINGS: Mapping[ModuleType, tuple[Role, dict[str, Any]]] = {
    igate: (
        Role.ONE_STOP,
        {
            "adapter": "igate",
            "base_url": HOST,
            "token_url": f"{HOST}/token",
            "client_id": "khop",
            "client_secret": SECRET,
            "fees": True,
        },
    ),
    dvcqg: (
        Role.PORTAL,
        {
            "adapter": "dvcqg",
            "dialect": "native",
            "base_url": HOST,
            "login_path": "/login",
            "username": "h99",
            "password": SECRET,
            "madonvi": "000.00.00.H99",
            "dstcode": "VN:GOV:000.00.00.G22:vpcpdvcprovider",
        },
    ),
    vnpost: (
        Role.POST,
        {
            "adapter": "vnpost",
            "token_url": f"{HOST}/token",
            "tracking_url": f"{HOST}/tracking",
            "consumer_key": "khop",
            "consumer_secret": SECRET,
            "customer_code": "DEMOCUST",
        },
    ),
    myvnpost: (
        Role.POST,
        {
            "adapter": "myvnpost",
            "base_url": HOST,
            "username": "demo",
            "password": SECRET,
            "customer_code": "T000000001",
        },
    ),
    population: (
        Role.POPULATION,
        {
            "adapter": "population",
            "url": HOST,
            "username": "h99",
            "secret": SECRET,
            "sign_path": "/csdldc",
        },
    ),
}
STEP = Step(Instant(1_773_802_800_000_000), Status.PROCESSING, "Thụ lý hồ sơ")


class UnlimitedCallBook:
    """A ``CallBook`` without a quota."""

    def spend(self, source: str, operation: str, purpose: Purpose, *, quota: int) -> None:
        """Count nothing."""


def any_login_answer(request: httpx.Request) -> Mapping[str, Any] | None:
    match request.url.path.rpartition("/")[2]:
        case "token":
            return {"access_token": "abc", "token_type": "Bearer"}
        case "login":
            return {"error_code": 0, "session": "abc"}
        case "GetAccessToken":
            return {"token": "abc"}
    return None


@contextmanager
def adapter(module: ModuleType, answer: FuzzedAnswer, **changes: Any) -> Iterator[Any]:
    """The module's adapter, whose system gives this answer."""
    role, table = SETTINGS[module]
    settings = module.ADAPTER.settings.model_validate({"role": role, **table, **changes})
    context = Context(
        key=b"0" * 32,
        base_dir=Path(),
        clock=lambda: datetime(2026, 3, 18, tzinfo=UTC),
        calendar=WorkingCalendar(),
        book=UnlimitedCallBook(),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHOP_FUZZ_SECRET", "not-a-real-secret")
        patch.setattr(
            module,
            "transport_of",
            lambda *args, **kinds: transport(Scripted(answer, any_login_answer)),
        )
        built = module.ADAPTER.build("src", role, settings, context)
        yield built
        built.close()


def read_or_none(call: Callable[[], Any], *kinds: type[KhopError]) -> Any:
    """The result of a read; None if it raises an error of a read."""
    found = result_or_error(call, *(kinds or (ConnectorError,)))
    if isinstance(found, ConnectorError):
        assert_error_fits(found, write=False)
    return None if isinstance(found, KhopError) else found


LISTS, DETAILS = bodies("igate", "list-*.json"), bodies("igate", "det-0[1246].json")
PAGES, PARCELS = bodies("vnpost", "tracking-response.json"), bodies("vnpost", "myvnpost.json")


@FUZZ
@given(answer=fuzzed_answers(json_bytes(LISTS)))
def test_every_item_of_a_page_is_read_or_rejected(answer: FuzzedAnswer) -> None:
    with adapter(igate, answer) as one_stop:
        for read in (
            lambda: one_stop.page(3),
            lambda: one_stop.window_page("accepted", date(2026, 1, 1), date(2026, 1, 2), 3),
        ):
            page = read_or_none(read)
            if page is None:
                continue
            assert page.fetched == len(page.readings) + len(page.rejects) == items_in(answer)
            for reject in page.rejects:
                assert not any(number in reject.reason for number in PERSONAL_NUMBERS)
                again = result_or_error(partial(one_stop.replay, reject.payload), RecordError)
                assert isinstance(again, RecordError)
                assert again.reason == reject.reason


def items_in(answer: FuzzedAnswer) -> int:
    """The number of entries of ``content``, read with the standard library."""
    text = answer.body.decode(json.detect_encoding(answer.body), "replace")
    return len(json.loads(text.lstrip("\ufeff"), strict=False)["content"])


@FUZZ
@given(answer=fuzzed_answers(json_bytes(DETAILS)))
def test_a_detail_is_read_or_refused(answer: FuzzedAnswer) -> None:
    with adapter(igate, answer) as one_stop:
        native = "68a53f0c1d2e3f4a5b6c7d80"
        read_or_none(lambda: one_stop.detail(native), ConnectorError, RecordError)
        read_or_none(lambda: one_stop.full(native), ConnectorError, RecordError)


@FUZZ
@given(answer=fuzzed_answers(json_bytes(FOUND)))
def test_a_dossier_is_absent_only_if_the_portal_answered_so(answer: FuzzedAnswer) -> None:
    code = "H99.12-250114-0007"
    with adapter(dvcqg, answer) as portal:
        found = result_or_error(lambda: portal.look_up(code), ConnectorError, RecordError)
        if isinstance(found, ConnectorError):
            assert_error_fits(found, write=False)
        elif not isinstance(found, KhopError):
            assert_answered(answer)
            assert found is None or found.code == code
        for read in (portal.procedure_codes, portal.unit_entries, portal.sector_entries):
            read_or_none(read, ConnectorError, RecordError)
        read_or_none(lambda: portal.procedure_entry("1.001612"), ConnectorError, RecordError)


@FUZZ
@given(answer=fuzzed_answers(json_bytes(PAGES)))
def test_every_event_of_the_feed_is_read_or_rejected(answer: FuzzedAnswer) -> None:
    with adapter(vnpost, answer) as post:
        page = read_or_none(lambda: post.events(None))
        if page is not None:
            assert page.last or page.position is not None
            for reject in page.rejects:
                again = result_or_error(partial(post.replay_event, reject.payload), RecordError)
                assert isinstance(again, RecordError)


@FUZZ
@given(answer=fuzzed_answers(json_bytes(PARCELS)))
def test_the_evidence_of_a_parcel_is_read_or_refused(answer: FuzzedAnswer) -> None:
    with adapter(myvnpost, answer) as post:
        found = read_or_none(
            lambda: post.evidence_of("H99.01-260318-0011"), ConnectorError, RecordError
        )
        assert found is None or all(isinstance(each, StatusRecord) for each in found)


@FUZZ
@given(answer=fuzzed_answers(xml_bytes(raw("population", "*-res-*.xml", "err-*.xml"))))
def test_a_person_is_checked_or_the_answer_is_refused(answer: FuzzedAnswer) -> None:
    applicant = Applicant(
        name="Trần Thị Mai Lan", identity_number="001185012345", birth=Birth(1985, 2, 17)
    )
    purpose = Purpose("1.001193", "motcua.demo", "H99.01-260318-0001")
    with adapter(population, answer) as database:
        found = read_or_none(
            lambda: database.check_identity(applicant, purpose), ConnectorError, RecordError
        )
    if found is not None:
        assert isinstance(found, IdentityAnswer)
        said_so = found.verdict is IdentityVerdict.UNKNOWN or 200 <= answer.status < 300
        assert said_so
        assert answer.whole


@pytest.mark.parametrize("module", SETTINGS, ids=lambda module: module.__name__)
@FUZZ
@given(answer=fuzzed_answers(json_bytes([*LISTS, *FOUND, *PAGES, *PARCELS])))
def test_a_check_of_a_system_always_has_a_result(module: ModuleType, answer: FuzzedAnswer) -> None:
    with adapter(module, answer) as system:
        health = system.check()
    assert isinstance(health, Health)
    assert health.steps
    for step in health.steps:
        assert not any(number.lstrip("+0") in step.detail for number in PERSONAL_NUMBERS)


@FUZZ
@given(answer=fuzzed_answers(json_bytes(FOUND)))
def test_a_push_is_accepted_or_raises_an_error_of_a_write(answer: FuzzedAnswer) -> None:
    with adapter(
        igate, FuzzedAnswer(200, (), json.dumps(DETAILS[0]).encode()), fees=False
    ) as one_stop:
        dossier = one_stop.full("68a53f0c1d2e3f4a5b6c7d80")
    with adapter(dvcqg, answer) as portal:
        for write in (
            lambda: portal.create(dossier),
            lambda: portal.update(dossier),
            lambda: portal.progress(dossier.record.code, [STEP]),
        ):
            found = result_or_error(write, ConnectorError)
            if isinstance(found, ConnectorError):
                assert_error_fits(found, write=True)
            else:
                assert answer.whole
                assert 200 <= answer.status < 300
