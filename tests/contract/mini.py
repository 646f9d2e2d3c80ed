"""A small invented registry and a sound adapter to it, with which the kit is tested.

The registry: ``POST /login``, ``GET /list?page=``, ``GET /dossier/ID``, ``GET /find?code=``,
``PUT /dossier``, ``POST /steps``; JSON everywhere.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from khop.adapters.http import checked
from khop.adapters.ports import AdapterType, Context, Health, Role, SourcePage
from khop.adapters.settings import HttpSettings, Secret
from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.checks import path_segment
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.sessions import Session, SessionKeeper
from khop.connectors.http.transport import CallOptions, Timing, Transport
from khop.errors import AlreadyExists, RecordError, Refused, Unauthorised
from khop.loopback import Handler
from khop.mappings.records import (
    Applicant,
    DossierReading,
    DossierRecord,
    FullDossier,
    Instant,
    Reject,
    Status,
    Step,
)
from khop.testing import (
    Login,
    LookupCase,
    PageInfo,
    Request,
    Response,
    SinkCase,
    SourceCase,
    System,
)
from khop.testing.system import NOW

NAME, PHONE = "Nguyễn Văn Mẫu", "0990123456"
SECRET = "only-in-the-contract"
log = structlog.get_logger(__name__)


class MiniSettings(HttpSettings):
    """``[sources.NAME]`` of the invented registry."""

    base_url: str
    password: Secret


class MiniAdapter:
    """Sound. A faulty adapter overrides one method of it."""

    max_body = 1024 * 1024
    detail_mode = "changed"
    connections = 4
    overlap_seconds = 0.0
    lookup_budget = 100
    progress_chunk = 10

    def __init__(self, name: str, role: Role, settings: MiniSettings, context: Context) -> None:
        self.name, self.role = name, role
        self.settings, self.context = settings, context
        self.transport = self.made_transport()
        self.sessions = SessionKeeper(self.log_in, clock=time.monotonic)

    def made_transport(self) -> Transport:
        settings = TransportSettings(
            timeout=self.settings.timeout,
            calls_per_second=self.settings.calls_per_second,
            attempts=self.settings.attempts,
            max_body=self.max_body,
        )
        return Transport(self.name, settings, timing=Timing(sleep=self.context.sleep))

    def log_in(self) -> tuple[str, float]:
        password = self.settings.password.reveal(self.context.base_dir)
        body = {"user": "khop", "password": password}
        token: str = self.transport.exchange(
            "login", "POST", self.address("/login"), read_token, json=body
        )
        return token, 600.0

    def new_session(self) -> None:
        self.sessions.log_in()

    def address(self, path: str) -> str:
        return self.settings.base_url + path

    def call(
        self,
        operation: str,
        method: str,
        path: str,
        read: Callable[[Answer], Any],
        **options: Any,
    ) -> Any:
        def send(session: Callable[[], Session]) -> Any:
            def bearer() -> CallOptions:
                return {"headers": {"Authorization": f"Bearer {session().text}"}}

            address = self.address(path)
            return self.transport.exchange(
                operation, method, address, read, each_try=bearer, **options
            )

        return self.sessions.use(send, (Unauthorised,))

    def page(self, number: int) -> SourcePage:
        body = self.call("list", "GET", "/list", read_list, params={"page": str(number)})
        readings, rejects = self.read_rows(body["rows"])
        return SourcePage(
            number, body["page"], body["size"], body["last"], body["total"], readings, rejects
        )

    def read_rows(
        self, rows: Sequence[Any]
    ) -> tuple[tuple[DossierReading, ...], tuple[Reject, ...]]:
        readings, rejects = [], []
        for row in rows:
            try:
                readings.append(self.replay(row))
            except RecordError as problem:
                rejects.append(self.reject(row, problem))
        return tuple(readings), tuple(rejects)

    def reject(self, row: Any, problem: RecordError) -> Reject:
        return Reject(problem.field, problem.reason, payload=row)

    def replay(self, payload: object) -> DossierReading:
        return DossierReading(self.record(payload))

    def record(self, row: Any) -> DossierRecord:
        if not isinstance(row, Mapping):
            raise RecordError("row", "is no object")
        if not isinstance(row.get("id"), str) or not isinstance(row.get("code"), str):
            raise RecordError("id", "a row without id and code")
        return DossierRecord(self.name, row["id"], row["code"], status=Status.PROCESSING)

    def detail(self, native_id: str) -> DossierReading:
        return DossierReading(self.record(self.dossier(native_id)))

    def full(self, native_id: str) -> FullDossier:
        row = self.dossier(native_id)
        return FullDossier(self.record(row), Applicant(name=str(row.get("who"))))

    def dossier(self, native_id: str) -> Any:
        path = f"/dossier/{path_segment('id', native_id)}"
        return self.call("dossier", "GET", path, read_object("id"))

    def look_up(self, code: str) -> DossierRecord | None:
        found = self.found(code)
        return None if found is None else self.record(found)

    def found(self, code: str) -> Any:
        return self.call("find", "GET", "/find", read_object("found"), params={"code": code})[
            "found"
        ]

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        return () if record.code else ("no_code",)

    def create(self, dossier: FullDossier) -> None:
        self.put(dossier, "create")

    def update(self, dossier: FullDossier) -> None:
        self.put(dossier, "update")

    def put(self, dossier: FullDossier, mode: str) -> None:
        body = {"mode": mode, "code": dossier.record.code, "who": dossier.applicant.name}
        self.call(mode, "PUT", "/dossier", self.read_result, json=body, write=True)

    def progress(self, code: str, steps: Sequence[Step]) -> None:
        if steps:
            body = {"code": code, "steps": [step.text for step in steps]}
            self.call("steps", "POST", "/steps", self.read_result, json=body, write=True)

    def read_result(self, answer: Answer) -> None:
        result = read_object("ok")(answer)
        if result["ok"] is True:
            return
        kind = AlreadyExists if result.get("why") == "exists" else Refused
        raise kind(self.name, "put", code=str(result.get("why"))[:20])

    def check(self) -> Health:
        return checked(
            self.new_session,
            lambda: f"{self.page(0).fetched} dossiers",
            lambda: self.transport.server_date,
            self.context.clock,
        )

    def close(self) -> None:
        self.transport.close()


def read_token(answer: Answer) -> str:
    return str(read_object("token")(answer)["token"])


def read_object(key: str) -> Callable[[Answer], Any]:
    def read(answer: Answer) -> Any:
        body = answer.json()
        if not isinstance(body, Mapping) or key not in body:
            raise Unusable(f"an answer without {key}")
        return body

    return read


def read_list(answer: Answer) -> Any:
    body = read_object("rows")(answer)
    if not isinstance(body["rows"], list):
        raise Unusable("rows that are no list")
    return body


def row(number: int) -> dict[str, Any]:
    return {"id": f"r{number}", "code": f"H99.12-261110-{number:04d}", "who": NAME, "tel": PHONE}


def page(rows: Sequence[Any], info: PageInfo) -> Response:
    head = {"page": info.number, "size": info.size, "last": info.last, "total": info.total}
    return Response.json({"rows": list(rows), **head})


def application() -> Handler:
    sessions = itertools.count(1)

    def answer(request: Request) -> Response:
        match request.path:
            case "/login":
                return Response.json({"token": f"t-{next(sessions)}"})
            case "/list":
                return page([row(number) for number in range(1, 6)], PageInfo(0, 5, True, 5))
            case "/find":
                known = request.query["code"] == row(1)["code"]
                return Response.json({"found": row(1) if known else None})
            case "/dossier" | "/steps":
                return Response.json({"ok": True})
        return Response.json(row(1))

    return answer


_RECORD = DossierRecord("igate", "r1", row(1)["code"], status=Status.PROCESSING)
CASES = (
    SourceCase(
        rows=tuple(map(row, range(1, 6))),
        bad_rows=(NAME, None, {**row(6), "id": None}),
        page=page,
        requested_page=lambda r: int(r.query["page"]) if r.path == "/list" else None,
        native_id=lambda item: str(item["id"]),
        detail="r1",
    ),
    LookupCase(
        known=row(1)["code"],
        unknown=row(2)["code"],
        unanswered=(Response.json({"error": "busy"}),),
        unusable=(Response.json({"found": {"who": NAME}}),),
    ),
    SinkCase(
        dossier=FullDossier(_RECORD, Applicant(name=NAME, phone=PHONE)),
        steps=(Step(Instant.of(NOW), Status.PROCESSING, "Đang xử lý"),),
        is_write=lambda request: request.method == "PUT" or request.path == "/steps",
        refused=Response.json({"ok": False, "why": "rules"}),
        exists=Response.json({"ok": False, "why": "exists"}),
    ),
)


def mini(adapter: type[MiniAdapter] = MiniAdapter) -> System:
    """The registry with this adapter."""
    return System(
        name="mini",
        adapter=AdapterType(MiniSettings, frozenset({Role.PORTAL}), adapter),
        role=Role.PORTAL,
        settings=lambda url: {"base_url": url, "password": {"env": "KHOP_CONTRACT_MINI"}},
        application=application,
        cases=CASES,
        personal=frozenset({NAME, PHONE}),
        login=Login(
            is_login=lambda request: request.path == "/login",
            session=lambda request: request.headers.get("authorization", ""),
        ),
        secrets={"KHOP_CONTRACT_MINI": SECRET},
    )
