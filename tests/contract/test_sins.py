"""The kit fails when it should: adapters with one sin each, and the tests that find it.

Beside them stands the honest adapter, which passes all of these tests (test_mini.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from khop.adapters.ports import Health, SourcePage
from khop.connectors.http.answers import Answer
from khop.connectors.http.sessions import SessionKeeper
from khop.connectors.http.transport import Timing, Transport, TransportSettings
from khop.errors import (
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
)
from khop.mappings.records import DossierReading, DossierRecord, FullDossier, Step
from khop.testing.faults import ELSEWHERE
from tests.contract import mini
from tests.contract.judging import assert_found, tried
from tests.contract.mini import MiniAdapter, read_object
from tests.contract.test_mini import TestMini as HonestContract


class SendsAWriteAgain(MiniAdapter):
    def put(self, dossier: FullDossier, mode: str) -> None:
        try:
            super().put(dossier, mode)
        except OutcomeUnknown:
            super().put(dossier, mode)


class CallsAnUnknownOutcomeUnreachable(MiniAdapter):
    def put(self, dossier: FullDossier, mode: str) -> None:
        try:
            super().put(dossier, mode)
        except OutcomeUnknown:
            raise Unreachable(self.name, mode) from None


class TakesAnyAnswerForSuccess(MiniAdapter):
    def read_result(self, answer: Answer) -> None:
        return


class TakesARefusalForSuccess(MiniAdapter):
    def read_result(self, answer: Answer) -> None:
        read_object("ok")(answer)


class KnowsNoDuplicate(MiniAdapter):
    def put(self, dossier: FullDossier, mode: str) -> None:
        try:
            super().put(dossier, mode)
        except ConnectorError as fault:
            raise Refused(self.name, mode, code=fault.code) from None


class SendsNoSteps(MiniAdapter):
    def progress(self, code: str, steps: Sequence[Step]) -> None:
        body = {"code": code, "steps": [step.text for step in steps]}
        self.call("steps", "POST", "/steps", self.read_result, json=body, write=True)


class AsksForProblems(MiniAdapter):
    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        self.look_up(record.code)
        return ()


class QuotesARowInItsReason(MiniAdapter):
    def reject(self, row: Any, problem: RecordError) -> Any:
        return super().reject(row, RecordError("row", f"cannot be used: {row}"))


class QuotesARowInItsError(MiniAdapter):
    def record(self, row: Any) -> DossierRecord:
        try:
            return super().record(row)
        except RecordError as problem:
            raise RecordError(problem.field, f"{problem.reason} in {row}") from None


class HidesARowBehindItsError(MiniAdapter):
    def record(self, row: Any) -> DossierRecord:
        try:
            return DossierRecord(self.name, row["id"], row["code"] + "")
        except (KeyError, TypeError):
            cause = ValueError(f"no row: {row}")
            raise RecordError("row", "cannot be used") from cause


class LogsARow(MiniAdapter):
    def record(self, row: Any) -> DossierRecord:
        mini.log.debug("row_read", row=row)
        return super().record(row)


class PrintsARow(MiniAdapter):
    def record(self, row: Any) -> DossierRecord:
        print(row)  # noqa: T201
        return super().record(row)


class PutsANameIntoTheAddress(MiniAdapter):
    def found(self, code: str) -> Any:
        params = {"code": code, "who": mini.NAME}
        return self.call("find", "GET", "/find", read_object("found"), params=params)["found"]


class KeepsAName(MiniAdapter):
    def record(self, row: Any) -> DossierRecord:
        read = super().record(row)
        return replace(read, unit=str(row.get("who")))


class ShowsItsPassword(MiniAdapter):
    def __repr__(self) -> str:
        return f"MiniAdapter({self.settings.password.reveal(self.context.base_dir)})"


class SwallowsABadRow(MiniAdapter):
    def sorted_out(self, rows: Sequence[Any]) -> Any:
        readings, _ = super().sorted_out(rows)
        return readings, ()


class StopsAtABadRow(MiniAdapter):
    def sorted_out(self, rows: Sequence[Any]) -> Any:
        return tuple(map(self.replay, rows)), ()


class LetsKeyErrorsOut(MiniAdapter):
    def dossier(self, native_id: str) -> Any:
        body = self.call("dossier", "GET", f"/dossier/{native_id}", lambda answer: answer.json())
        return {"id": body["id"], "code": body["code"], "who": body["who"]}


class LetsAnIdLeadAnywhere(MiniAdapter):
    def dossier(self, native_id: str) -> Any:
        return self.call("dossier", "GET", f"/dossier/{native_id}", read_object("id"))


class ForgetsWhichRow(MiniAdapter):
    def replay(self, payload: object) -> DossierReading:
        return DossierReading(replace(self.record(payload), entered_at=None, unit="?"))

    def sorted_out(self, rows: Sequence[Any]) -> Any:
        readings, rejects = super().sorted_out(rows)
        return tuple(DossierReading(replace(one.record, unit=None)) for one in readings), rejects


class BelievesItsOwnPageNumber(MiniAdapter):
    def page(self, number: int) -> SourcePage:
        return replace(super().page(number), number=number)


class TakesAShortPageForTheLast(MiniAdapter):
    def page(self, number: int) -> SourcePage:
        page = super().page(number)
        return replace(page, last=page.fetched < (page.size or 0))


class DropsRowsItHasSeen(MiniAdapter):
    def page(self, number: int) -> SourcePage:
        page = super().page(number)
        seen: set[str] = self.__dict__.setdefault("seen", set())
        new = [one for one in page.readings if one.record.native_id not in seen]
        seen.update(one.record.native_id for one in new)
        return replace(page, readings=tuple(new))


class TakesNoAnswerForAbsence(MiniAdapter):
    def look_up(self, code: str) -> DossierRecord | None:
        try:
            return super().look_up(code)
        except (ConnectorError, RecordError):
            return None


class TakesNotFoundForAbsence(MiniAdapter):
    def look_up(self, code: str) -> DossierRecord | None:
        try:
            return super().look_up(code)
        except Refused as refusal:
            if refusal.http_status == 404:
                return None
            raise


class HammersARefusedLogin(MiniAdapter):
    def log_in(self) -> tuple[str, float]:
        for _ in range(2):
            try:
                return super().log_in()
            except Unauthorised:
                continue
        return super().log_in()


class LogsInForEachCall(MiniAdapter):
    def call(self, *arguments: Any, **options: Any) -> Any:
        self.sessions = SessionKeeper(self.log_in, clock=time.monotonic)
        return super().call(*arguments, **options)


class NeverRenews(MiniAdapter):
    def call(self, operation: str, method: str, path: str, read: Any, **options: Any) -> Any:
        token = self.sessions.current().text
        options["headers"] = {"Authorization": f"Bearer {token}"}
        return self.transport.exchange(operation, method, self.address(path), read, **options)


class LogsInOnEachThread(MiniAdapter):
    def call(self, operation: str, method: str, path: str, read: Any, **options: Any) -> Any:
        token = self.sessions.current().text
        address = self.address(path)
        for _ in range(2):
            options["headers"] = {"Authorization": f"Bearer {token}"}
            try:
                return self.transport.exchange(operation, method, address, read, **options)
            except Unauthorised as refusal:
                fault = refusal
                token = self.log_in()[0]
        raise fault


class DoesNotRetry(MiniAdapter):
    def call(self, *arguments: Any, **options: Any) -> Any:
        return super().call(*arguments, **options, attempts=1)


class WaitsTooShort(MiniAdapter):
    def made_transport(self) -> Transport:
        sleep = self.context.sleep
        return Transport(
            self.name, TransportSettings(attempts=3), timing=Timing(sleep=lambda _: sleep(0.1))
        )


class WaitsForHours(MiniAdapter):
    def call(self, *arguments: Any, **options: Any) -> Any:
        for _ in range(3):
            try:
                return super().call(*arguments, **options)
            except RateLimited as limit:
                fault = limit
                self.context.sleep(limit.retry_after or 1.0)
        raise fault


class FollowsARedirect(MiniAdapter):
    def call(self, operation: str, method: str, path: str, read: Any, **options: Any) -> Any:
        try:
            return super().call(operation, method, path, read, **options)
        except Refused as refusal:
            if refusal.http_status != 302:
                raise
            return super().call(operation, method, ELSEWHERE, read)


class ReadsWithoutEnd(MiniAdapter):
    max_body = 1 << 40


class RaisesFromItsCheck(MiniAdapter):
    def check(self) -> Health:
        self.sessions.log_in()
        self.page(0)
        return super().check()


class IsContentWithADeadSystem(MiniAdapter):
    def check(self) -> Health:
        return Health(())


class AsksBesideItsSecret(MiniAdapter):
    def log_in(self) -> tuple[str, float]:
        try:
            return super().log_in()
        except Exception:
            self.transport.call("login", "POST", self.address("/login"), json={})
            raise


class CanBeClosedOnce(MiniAdapter):
    def close(self) -> None:
        super().close()
        del self.transport


#: The sin, a test that finds it with what it is tried with, and what the test says of it.
SINS: tuple[tuple[type[MiniAdapter], str, tuple[str, ...], str], ...] = (
    (SendsAWriteAgain, "test_fault", ("create", "reset_after_effect"), "the system did it 2 times"),
    (SendsAWriteAgain, "test_fault", ("update", "http_503"), "sent 2 times, not 1 to 1"),
    (
        CallsAnUnknownOutcomeUnreachable,
        "test_fault",
        ("create", "silence"),
        "must be unknown, and was alerted",
    ),
    (
        TakesAnyAnswerForSuccess,
        "test_fault",
        ("create", "html"),
        "must be unknown, and was untouched",
    ),
    (
        TakesAnyAnswerForSuccess,
        "test_fault",
        ("progress", "empty"),
        "must be unknown, and was untouched",
    ),
    (TakesARefusalForSuccess, "test_a_refusal_is_handed_on", ("create",), "DID NOT RAISE"),
    (
        KnowsNoDuplicate,
        "test_a_create_of_what_is_there_is_told_from_refusals",
        (),
        "DID NOT RAISE|code exists",
    ),
    (SendsNoSteps, "test_no_steps_are_no_call", (), "no steps must be no call"),
    (AsksForProblems, "test_problems_are_found_without_a_call", (), "found without a call"),
    (QuotesARowInItsReason, "test_a_bad_row_is_set_aside_and_the_others_are_kept", (), "came out"),
    (
        QuotesARowInItsError,
        "test_a_row_set_aside_is_read_again_as_it_was_read_first",
        (),
        "came out",
    ),
    (HidesARowBehindItsError, "test_a_dossier_that_cannot_be_used_is_no_absence", (), "came out"),
    (LogsARow, "test_a_healthy_system_is_used_without_repeats", ("page",), "came out"),
    (LogsARow, "test_fault", ("page", "http_503_once"), "came out"),
    (PrintsARow, "test_fault", ("detail", "http_503_once"), "came out"),
    (PutsANameIntoTheAddress, "test_a_dossier_that_is_there_is_found", (), "came out"),
    (PutsANameIntoTheAddress, "test_fault", ("look_up", "http_500"), "came out"),
    (KeepsAName, "test_nothing_a_record_keeps_is_personal", (), "came out"),
    (ShowsItsPassword, "test_nothing_shown_of_the_adapter_is_secret", (), "came out"),
    (
        SwallowsABadRow,
        "test_a_bad_row_is_set_aside_and_the_others_are_kept",
        (),
        "must stand in rejects",
    ),
    (StopsAtABadRow, "test_a_page_of_bad_rows_alone_is_a_page", (), "is no object"),
    (LetsKeyErrorsOut, "test_fault", ("detail", "other_shape"), r"was escaped \(TypeError"),
    (LetsAnIdLeadAnywhere, "test_an_id_leads_nowhere_else", ("../../admin",), "DID NOT RAISE"),
    (
        ForgetsWhichRow,
        "test_a_row_set_aside_is_read_again_as_it_was_read_first",
        (),
        "as the page did",
    ),
    (
        BelievesItsOwnPageNumber,
        "test_another_page_than_asked_can_be_seen",
        (),
        "the answer said number = 0",
    ),
    (TakesAShortPageForTheLast, "test_a_short_page_can_be_seen", (), "taken for the last"),
    (DropsRowsItHasSeen, "test_a_row_that_moved_comes_twice", (), "all rows served"),
    (TakesNoAnswerForAbsence, "test_no_answer_is_no_absence", (), "DID NOT RAISE"),
    (
        TakesNoAnswerForAbsence,
        "test_fault",
        ("look_up", "html"),
        "must be unreadable, and was wrong",
    ),
    (
        TakesNoAnswerForAbsence,
        "test_fault",
        ("look_up_unknown", "garbage"),
        "must be unreadable, and was",
    ),
    (
        TakesNoAnswerForAbsence,
        "test_a_dossier_that_cannot_be_used_is_no_absence",
        (),
        "DID NOT RAISE",
    ),
    (
        TakesNotFoundForAbsence,
        "test_fault",
        ("look_up_unknown", "http_404"),
        "must be refused, and was untouched",
    ),
    (
        HammersARefusedLogin,
        "test_login_fault",
        ("page", "login_refused"),
        "sent 3 times, not 1 to 1",
    ),
    (LogsInForEachCall, "test_the_session_is_kept_from_call_to_call", (), "logged in 2 times"),
    (NeverRenews, "test_fault", ("page", "session_ended"), "must be renewed, and was alerted"),
    (LogsInOnEachThread, "test_threads_share_one_new_login", (), "threads logged in"),
    (DoesNotRetry, "test_fault", ("page", "http_503_once"), "must be retried, and was alerted"),
    (DoesNotRetry, "test_fault", ("page", "refused_once"), "must be retried, and was alerted"),
    (WaitsTooShort, "test_fault", ("page", "http_429_wait"), "asked to wait 7 s and waited 0.1 s"),
    (WaitsForHours, "test_fault", ("page", "http_429_long"), "sent 3 times, not 1 to 1"),
    (FollowsARedirect, "test_fault", ("page", "http_302"), "followed a redirect"),
    (ReadsWithoutEnd, "test_fault", ("page", "bomb"), "must be retried, and was untouched"),
    (RaisesFromItsCheck, "test_check_tells_and_does_not_raise", ("http_500",), "HTTP 500"),
    (
        IsContentWithADeadSystem,
        "test_check_tells_and_does_not_raise",
        ("refused",),
        "check is content",
    ),
    (
        AsksBesideItsSecret,
        "test_a_secret_that_is_not_set_is_a_fault_of_the_configuration",
        (),
        "without its secret",
    ),
    (CanBeClosedOnce, "test_it_can_be_closed_twice", (), "transport"),
)


@pytest.mark.parametrize(("sin", "test", "arguments", "says"), SINS)
def test_a_sin_is_found(
    sin: type[MiniAdapter],
    test: str,
    arguments: tuple[str, ...],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_found(HonestContract, mini.mini(sin), test, arguments, says, monkeypatch)


@pytest.mark.parametrize(
    ("test", "arguments"), {(test, arguments): None for _, test, arguments, _ in SINS}
)
def test_the_honest_adapter_passes_what_finds_a_sin(
    test: str, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(HonestContract, mini.mini(), test, arguments, monkeypatch)
