"""A small invented registry of events, persons and procedures, and a sound adapter to it.

``GET /events?after=``, ``GET /evidence?code=``, ``POST /person``, ``GET /procedures``,
``GET /procedure?code=``, ``GET /units``, ``GET /sectors``; no login.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from khop.adapters.http import checked, transport_of
from khop.adapters.ports import (
    AdapterType,
    Context,
    EvidencePage,
    Health,
    IdentityAnswer,
    Purpose,
    Role,
)
from khop.adapters.settings import HttpSettings
from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.transport import CallOptions
from khop.errors import ConfigError, RecordError
from khop.loopback import Handler
from khop.mappings.catalogue_records import CatalogueItem, ProcedureEntry
from khop.mappings.records import (
    Applicant,
    IdentityVerdict,
    Reject,
    StatusKind,
    StatusRecord,
)
from khop.testing import (
    CatalogueCase,
    EvidenceCase,
    FeedCase,
    IdentityCase,
    Request,
    Response,
    System,
)
from tests.contract.mini import read_object
from tests.contract.systems.people import APPLICANT, CODE, NAME, NUMBER, PERSONAL, UNKNOWN_CODE

_VERDICTS = {True: IdentityVerdict.MATCH, False: IdentityVerdict.MISMATCH}


class EvidenceSettings(HttpSettings):
    """``[sources.NAME]`` of the invented registry."""

    base_url: str
    daily_quota: int = 100


class EvidenceAdapter:
    """Sound. A faulty adapter overrides one method of it."""

    connections = 4
    lookup_budget = 100

    def __init__(self, name: str, role: Role, settings: EvidenceSettings, context: Context) -> None:
        self.name, self.role = name, role
        self.settings, self.context = settings, context
        self.transport = transport_of(name, settings, context)

    def get(self, path: str, read: Callable[[Answer], Any], **query: str) -> Any:
        url = self.settings.base_url + path
        return self.transport.exchange(path.strip("/"), "GET", url, read, params=query)

    def events(self, after: str | None) -> EvidencePage:
        rows = self.rows(after or "0")
        records, rejects = [], []
        for row in rows:
            try:
                records.append(self.replay_event(row))
            except RecordError as problem:
                rejects.append(Reject(problem.field, problem.reason, payload=row))
        return EvidencePage(
            self.position(rows), self.ended(rows, after), tuple(records), tuple(rejects)
        )

    def rows(self, after: str) -> Sequence[Any]:
        found: Sequence[Any] = self.get("/events", read_rows, after=after)
        return found

    def position(self, rows: Sequence[Any]) -> str | None:
        return max((row["id"] for row in rows if is_event(row)), default=None)

    def ended(self, rows: Sequence[Any], after: str | None) -> bool:
        return self.position(rows) in (None, after)

    def replay_event(self, payload: object) -> StatusRecord:
        if not isinstance(payload, Mapping) or not is_event(payload):
            raise RecordError("event", "has no id and code")
        code, kind = payload["code"], StatusKind.DELIVERED
        return StatusRecord(self.name, code, payload["id"], code, kind, None)

    def evidence_of(self, code: str) -> tuple[StatusRecord, ...]:
        return tuple(map(self.replay_event, self.get("/evidence", read_rows, code=code)))

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        if not (purpose.procedure.strip() and purpose.officer.strip()):
            raise RecordError("purpose", "is blank")
        if len(applicant.identity_number) != 12:
            raise RecordError("identity_number", "has not twelve digits")
        body = {"number": applicant.identity_number, "name": applicant.name}
        return IdentityAnswer(self.verdict(body, purpose))

    def verdict(self, body: object, purpose: Purpose) -> IdentityVerdict:
        def question() -> CallOptions:
            self.spend(purpose)
            return {"json": body}

        url = f"{self.settings.base_url}/person"
        found: IdentityVerdict = self.transport.exchange(
            "person", "POST", url, self.read_verdict, each_try=question
        )
        return found

    def spend(self, purpose: Purpose) -> None:
        if self.context.book is None:
            raise ConfigError("a call book is needed to check persons")
        self.context.book.spend(self.name, "person", purpose, quota=self.settings.daily_quota)

    def read_verdict(self, answer: Answer) -> IdentityVerdict:
        same = read_object("same")(answer)["same"]
        if not isinstance(same, bool):
            raise Unusable("an answer without a verdict")
        return _VERDICTS[same]

    def procedure_codes(self) -> tuple[str, ...]:
        return tuple(row["code"] for row in self.get("/procedures", read_rows))

    def procedure_entry(self, code: str) -> ProcedureEntry | None:
        found = self.get("/procedure", read_object("found"), code=code)["found"]
        return None if found is None else ProcedureEntry(code=found["code"], name="Đăng ký mẫu")

    def unit_entries(self) -> tuple[CatalogueItem, ...]:
        return self.items("/units")

    def sector_entries(self) -> tuple[CatalogueItem, ...]:
        return self.items("/sectors")

    def items(self, path: str) -> tuple[CatalogueItem, ...]:
        return tuple(CatalogueItem(row["code"], "Mẫu") for row in self.get(path, read_rows))

    def check(self) -> Health:
        return checked(
            lambda: None,
            lambda: f"{len(self.unit_entries())} units",
            lambda: self.transport.server_date,
            self.context.clock,
        )

    def close(self) -> None:
        self.transport.close()


def read_rows(answer: Answer) -> Sequence[Any]:
    rows = read_object("rows")(answer)["rows"]
    if not isinstance(rows, list):
        raise Unusable("rows that are no list")
    return rows


def is_event(row: Any) -> bool:
    return isinstance(row, Mapping) and all(isinstance(row.get(key), str) for key in ("id", "code"))


def event(number: int) -> dict[str, Any]:
    return {"id": f"{number:04d}", "code": CODE, "who": NAME}


def rows_of(rows: Sequence[Any]) -> Response:
    return Response.json({"rows": list(rows)})


def application() -> Handler:
    def answer(request: Request) -> Response:
        known = request.query.get("code") in (CODE, "1.001600")
        match request.path:
            case "/events":
                return rows_of([event(1), event(2)])
            case "/evidence":
                return rows_of([event(1)] if known else [])
            case "/person":
                return Response.json({"same": True})
            case "/procedure":
                return Response.json({"found": {"code": "1.001600"} if known else None})
        return rows_of([{"code": "1.001600"}])

    return answer


CASES = (
    FeedCase(
        rows=(event(1), event(2)),
        bad_rows=(NAME, {**event(1), "code": None}),
        page=rows_of,
        is_feed=lambda request: request.path == "/events",
        requested_position=lambda request: request.query["after"],
    ),
    EvidenceCase(CODE, UNKNOWN_CODE, unusable=(rows_of([{"who": NAME}]), Response.json({}))),
    IdentityCase(
        applicant=APPLICANT,
        purpose=Purpose("1.001600", "canbo01"),
        mismatch=Response.json({"same": False}),
        invalid_applicant=Applicant(name=NAME, identity_number=NUMBER[1:]),
        unanswered=(Response.json({"same": None}), Response.json({"error": "busy"})),
    ),
    CatalogueCase("1.001600", "1.009999"),
)


def mini_evidence(adapter: type[EvidenceAdapter] = EvidenceAdapter) -> System:
    """The registry with this adapter."""
    return System(
        name="mini-evidence",
        adapter=AdapterType(EvidenceSettings, frozenset({Role.POST}), adapter),
        role=Role.POST,
        settings=lambda url: {"base_url": url},
        application=application,
        cases=CASES,
        personal=PERSONAL,
    )
