"""Adapters that each break one requirement of the contract kit.

``MiniAdapter`` breaks none (test_mini.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from khop.adapters.ports import Health, SourcePage
from khop.connectors.http.answers import Answer
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.sessions import SessionKeeper
from khop.connectors.http.transport import Timing, Transport
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
from tests.contract.mini import MiniAdapter, read_object


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


class RaisesRefusedForADuplicate(MiniAdapter):
    def put(self, dossier: FullDossier, mode: str) -> None:
        try:
            super().put(dossier, mode)
        except ConnectorError as fault:
            raise Refused(self.name, mode, code=fault.code) from None


class SendsNoSteps(MiniAdapter):
    def progress(self, code: str, steps: Sequence[Step]) -> None:
        body = {"code": code, "steps": [step.text for step in steps]}
        self.call("steps", "POST", "/steps", self.read_result, json=body, write=True)


class CallsTheSystemForProblems(MiniAdapter):
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
        print(row)
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
    def read_rows(self, rows: Sequence[Any]) -> Any:
        readings, _ = super().read_rows(rows)
        return readings, ()


class StopsAtABadRow(MiniAdapter):
    def read_rows(self, rows: Sequence[Any]) -> Any:
        return tuple(map(self.replay, rows)), ()


class RaisesTypeErrors(MiniAdapter):
    def dossier(self, native_id: str) -> Any:
        body = self.call("dossier", "GET", f"/dossier/{native_id}", lambda answer: answer.json())
        return {"id": body["id"], "code": body["code"], "who": body["who"]}


class PutsAnyIdIntoTheAddress(MiniAdapter):
    def dossier(self, native_id: str) -> Any:
        return self.call("dossier", "GET", f"/dossier/{native_id}", read_object("id"))


class ReplaysARowDifferently(MiniAdapter):
    def replay(self, payload: object) -> DossierReading:
        return DossierReading(replace(self.record(payload), entered_at=None, unit="?"))

    def read_rows(self, rows: Sequence[Any]) -> Any:
        readings, rejects = super().read_rows(rows)
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


class RepeatsARefusedLogin(MiniAdapter):
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


class NeverRenewsItsSession(MiniAdapter):
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


class PassesItsCheckWithoutASystem(MiniAdapter):
    def check(self) -> Health:
        return Health(())


class CallsWithoutItsSecret(MiniAdapter):
    def log_in(self) -> tuple[str, float]:
        try:
            return super().log_in()
        except Exception:
            self.transport.call("login", "POST", self.address("/login"), json={})
            raise


class CanBeClosedOnlyOnce(MiniAdapter):
    def close(self) -> None:
        super().close()
        del self.transport
