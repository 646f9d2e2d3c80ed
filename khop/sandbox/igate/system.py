"""The one-stop: Keycloak's token, the dossier list, the detail, the fees.

Source: docs/systems/igate.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from khop.loopback import Request, Response
from khop.sandbox.accounts.igate import TOKEN_PATH
from khop.sandbox.common.application import Application, Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.igate.broken_items import broken_json, in_unknown_state
from khop.sandbox.igate.list import BadQuery, Listing
from khop.sandbox.igate.login import GRANTS, Keycloak, Right
from khop.sandbox.igate.shapes import Shapes
from khop.sandbox.igate.wire import (
    detail,
    fees,
    form_data,
    list_item,
    wire_time,
)
from khop.sandbox.world.broken_items import earlier_version
from khop.sandbox.world.dossiers import Dossier
from khop.sandbox.world.world import Row

_SEARCH = "/pa/dossier/search"
_CITIZEN_SEARCH = "/pa/dossier-search/dvc"
_FEES = "/pa/dossier-fee/--by-dossiers"
_FORM_DATA = "/pa/api-integration/--data"
_PUSH = "/bdtc/nps-dossier/--test-sync"
_ONLINE = "/--online"
_DOSSIER = "/pa/dossier/"
_OPERATIONS: dict[str, tuple[str, Purpose]] = {
    TOKEN_PATH: ("token", "login"),
    _SEARCH: ("search", "page"),
    _CITIZEN_SEARCH: ("citizen_search", "page"),
    _FEES: ("fees", "read"),
    _FORM_DATA: ("form_data", "read"),
    _PUSH: ("push", "write"),
}
_TRIES = 50


@dataclass(frozen=True, slots=True)
class IgateOptions:
    """How this deployment behaves.

    ``page_cap``: the most rows of a page. ``token_seconds``, ``token_calls``: a token ends after
    so many seconds, or so many calls (None: no limit). ``says_expiry``: the token answer has
    ``expires_in``. ``grants``: the allowed ways to log in. ``tasks_in_list``: list items have
    ``task[]``. ``shapes``: the form of fields that differ between deployments.
    """

    page_cap: int = 1000
    token_seconds: float = 300.0
    token_calls: int | None = None
    says_expiry: bool = True
    grants: frozenset[str] = GRANTS
    tasks_in_list: bool = False
    shapes: Shapes = field(default_factory=Shapes)


class Igate(Application):
    name = "igate"

    def __init__(self, environment: Environment, options: IgateOptions) -> None:
        super().__init__(environment)
        self._options = options
        self._listing = Listing(self._world)
        self._keycloak = Keycloak(
            self._clock,
            seconds=options.token_seconds,
            calls=options.token_calls,
            says_expiry=options.says_expiry,
            grants=options.grants,
        )

    def classify(self, request: Request) -> tuple[str, Purpose]:
        if request.path in _OPERATIONS:
            return _OPERATIONS[request.path]
        return ("detail" if request.path.endswith(_ONLINE) else "other"), "read"

    def inspect(self, request: Request) -> None:
        super().inspect(request)
        if request.method != "GET" and request.path != TOKEN_PATH:
            self._violations.add(self.name, "write_to_one_stop", detail=request.method)

    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        if operation == "token":
            with self.lock:
                return self._keycloak.token(request, rng)
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if operation == "push" and request.method == "POST":
            return Response.of(b"OK", "text/plain;charset=UTF-8")
        if request.method != "GET":
            return self._error(405, "Method Not Allowed", request)
        match operation:
            case "search" | "citizen_search":
                return self._search(request, _page_number(request))
            case "detail":
                return self._detail(request)
            case "fees":
                return self._fees(request)
            case "form_data":
                return self._form_data(request)
        return self._error(404, "Not Found", request)

    def expire(self, operation: str, rng: Random) -> Response:
        with self.lock:
            self._keycloak.expire()
        return Response.json({"error": "invalid_token", "error_description": "Token expired"}, 401)

    def _refusal(self, request: Request) -> Response | None:
        with self.lock:
            right = self._keycloak.right(request)
        if right is Right.NONE:
            return self._error(401, "Unauthorized", request)
        if right is Right.FORBIDDEN:
            return self._error(403, "Forbidden", request)
        return None

    def before_page(self, rng: Random) -> None:
        self._world.touch_any(rng.getrandbits(24))

    def page_fault(self, kind: str, request: Request, rng: Random) -> Response | None:
        number = _page_number(request)
        if request.method != "GET" or number is None or self._refusal(request) is not None:
            return None
        if kind == "repeated_page":
            return self._search(request, number - 1) if number else None
        return self._search(request, number, drop=1 + rng.randrange(3))

    def row_fault(self, kind: str, request: Request, rng: Random) -> Response | None:
        page = self._page(request, _page_number(request))
        if request.method != "GET" or page is None or self._refusal(request) is not None:
            return None
        place = self._sound_row(page.rows, rng)
        if place is None:
            return None
        items = [self._item(row) for row in page.rows]
        sound = page.rows[place]
        assert isinstance(sound, Dossier)
        if kind == "unknown_status":
            items[place] = in_unknown_state(items[place], rng)
        else:
            items.insert(place + 1, self._item(earlier_version(sound)))
        return Response.json(page.envelope(items, request))

    def _sound_row(self, rows: list[Row], rng: Random) -> int | None:
        """The place of a row without a finding; only some rows are tried."""
        for place in rng.sample(range(len(rows)), min(len(rows), _TRIES)):
            row = rows[place]
            if isinstance(row, Dossier) and self._world.has_no_finding(row):
                return place
        return None

    def _search(self, request: Request, number: int | None, drop: int = 0) -> Response:
        page = self._page(request, number)
        if page is None:
            return self._error(400, "Bad Request", request)
        # A short last page looks like a complete one.
        rows = page.rows[:-drop] if drop and not page.last else page.rows
        return Response.json(page.envelope([self._item(row) for row in rows], request))

    def _page(self, request: Request, number: int | None) -> _Page | None:
        """The page of a query; None if the query is invalid."""
        size = request.query.get("size") or "20"
        if number is None or not size.isascii() or not size.isdigit() or int(size) < 1:
            return None
        size_used = min(int(size), self._options.page_cap)
        try:
            rows, total = self._listing.page(request.query, number, size_used)
        except BadQuery:
            return None
        return _Page(rows, number, size_used, total)

    def _item(self, row: Row) -> Any:
        if not isinstance(row, Dossier):
            return broken_json(row, self._world.register)
        options = self._options
        return list_item(
            row, self._world.register, tasks=options.tasks_in_list, shapes=options.shapes
        )

    def _detail(self, request: Request) -> Response:
        native_id = request.path.removeprefix(_DOSSIER).removesuffix(_ONLINE)
        d = self._world.by_native_id(native_id)
        if d is None:
            return self._error(404, "Not Found", request)
        return Response.json(detail(d, self._world.register, shapes=self._options.shapes))

    def _fees(self, request: Request) -> Response:
        ids = request.query.get("dossier-ids", "").split(",")
        found = [self._world.by_native_id(native_id) for native_id in ids]
        rows = [row for d in found if d for row in fees(d, self._world.register)]
        required = request.query.get("required")
        return Response.json([r for r in rows if not required or str(r["required"]) == required])

    def _form_data(self, request: Request) -> Response:
        natives = self._world.natives(request.query.get("code", ""))
        if not natives:
            return self._error(404, "Not Found", request)
        forms = form_data(natives[-1], self._world.register)
        wanted = request.query.get("fields", "").split(",")
        return Response.json({name: form for name, form in forms.items() if name in wanted})

    def _error(self, status: int, error: str, request: Request) -> Response:
        body = {
            "timestamp": wire_time(int(self._world.now.timestamp() * 1000)),
            "status": status,
            "error": error,
            "message": "",
            "path": request.path,
        }
        return Response.json(body, status)


@dataclass(frozen=True, slots=True)
class _Page:
    """The rows of a zero-based page, its number and size, and the number of all rows."""

    rows: list[Row]
    number: int
    size: int
    total: int

    @property
    def last(self) -> bool:
        return (self.number + 1) * self.size >= self.total

    def envelope(self, content: list[Any], request: Request) -> dict[str, Any]:
        """Spring Data's envelope; a slice has no totals (docs/systems/igate.md)."""
        envelope = {
            "content": content,
            "last": self.last,
            "first": self.number == 0,
            "number": self.number,
            "size": self.size,
            "numberOfElements": len(content),
            "empty": not content,
        }
        if request.query.get("spec") != "slice":
            envelope["totalElements"] = self.total
            envelope["totalPages"] = -(-self.total // self.size)
        return envelope


def _page_number(request: Request) -> int | None:
    text = request.query.get("page") or "0"
    return int(text) if text.isascii() and text.isdigit() else None
