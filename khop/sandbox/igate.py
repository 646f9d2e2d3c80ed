"""The one-stop system on the wire: Keycloak's token, the dossier list, the detail, the fees.

Source: specs/igate.md 1 to 3.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from khop.sandbox.application import Application
from khop.sandbox.dossiers import Dossier
from khop.sandbox.faults import Faults, Purpose
from khop.sandbox.files import CLIENT_ID, CLIENT_SECRET, TOKEN_PATH
from khop.sandbox.http import Answer, Request, json_answer
from khop.sandbox.igate_list import BadQuery, Listing
from khop.sandbox.igate_wire import detail, fees, list_item, wire_time
from khop.sandbox.violations import Violations
from khop.sandbox.world import Row, World

#: A service account that may log in and read nothing.
BLIND_CLIENT = "svc-blind"
_SEARCH = "/pa/dossier/search"
_FEES = "/pa/dossier-fee/--by-dossiers"
_ONLINE = "/--online"
_DOSSIER = "/pa/dossier/"


@dataclass(frozen=True, slots=True)
class IgateOptions:
    """How this deployment behaves.

    ``page_cap``: rows a page has at most. ``token_seconds``, ``token_calls``: a token ends after
    so many seconds, or so many calls (None: no such end). ``says_expiry``: the token answer has
    ``expires_in``. ``tasks_in_list``: list items carry ``task[]``.
    """

    page_cap: int = 1000
    token_seconds: float = 300.0
    token_calls: int | None = None
    says_expiry: bool = True
    tasks_in_list: bool = False


@dataclass(slots=True)
class _Token:
    client: str
    ends: float
    calls: int = 0


class Igate(Application):
    name = "igate"

    def __init__(
        self,
        world: World,
        violations: Violations,
        options: IgateOptions,
        *,
        faults: Faults,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        super().__init__(faults, world.seed, sleep)
        self._world = world
        self._violations = violations
        self._options = options
        self._clock = clock
        self._listing = Listing(world)
        self._tokens: dict[str, _Token] = {}

    def classify(self, request: Request) -> tuple[str, Purpose]:
        if request.path == TOKEN_PATH:
            return "token", "login"
        if request.path == _SEARCH:
            return "search", "page"
        if request.path == _FEES:
            return "fees", "read"
        return ("detail" if request.path.endswith(_ONLINE) else "other"), "read"

    def inspect(self, request: Request) -> None:
        self._violations.inspect(self.name, request)
        if request.method != "GET" and request.path != TOKEN_PATH:
            self._violations.add(self.name, "write_to_one_stop", detail=request.method)

    def respond(self, request: Request, operation: str, rng: Random) -> Answer:
        if operation == "token":
            return self._token(request, rng)
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if request.method != "GET":
            return self._error(405, "Method Not Allowed", request)
        match operation:
            case "search":
                return self._search(request, self._page_of(request))
            case "detail":
                return self._detail(request)
            case "fees":
                return self._fees(request)
        return self._error(404, "Not Found", request)

    def expire(self, operation: str, rng: Random) -> Answer:
        with self.lock:
            self._tokens.clear()
        return json_answer(401, {"error": "invalid_token", "error_description": "Token expired"})

    def before_page(self, rng: Random) -> None:
        self._world.touch_some(rng.getrandbits(24))

    # --- token -----------------------------------------------------------------------------

    def _token(self, request: Request, rng: Random) -> Answer:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        client, secret = _credentials(request, form)
        if request.method != "POST" or form.get("grant_type") != "client_credentials":
            return json_answer(400, {"error": "unsupported_grant_type"})
        if client not in (CLIENT_ID, BLIND_CLIENT) or secret != CLIENT_SECRET:
            described = "Invalid client or Invalid client credentials"
            refused = {"error": "unauthorized_client", "error_description": described}
            return json_answer(401, refused)
        token = f"ey.{rng.getrandbits(160):040x}"
        with self.lock:
            ends = self._clock() + self._options.token_seconds
            self._tokens[token] = _Token(client, ends)
        return json_answer(200, self._token_answer(token))

    def _token_answer(self, token: str) -> dict[str, Any]:
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer"}
        if self._options.says_expiry:
            answer["expires_in"] = max(1, int(self._options.token_seconds))
            answer["refresh_expires_in"] = 0
            answer["scope"] = "email profile"
        return answer

    def _refusal(self, request: Request) -> Answer | None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        with self.lock:
            token = self._tokens.get(value) if scheme.lower() == "bearer" else None
            if token is not None and self._ended(token):
                del self._tokens[value]
                token = None
            if token is not None:
                token.calls += 1
        if token is None:
            return self._error(401, "Unauthorized", request)
        if token.client == BLIND_CLIENT:
            return self._error(403, "Forbidden", request)
        return None

    def _ended(self, token: _Token) -> bool:
        limit = self._options.token_calls
        return self._clock() >= token.ends or (limit is not None and token.calls >= limit)

    # --- reads -----------------------------------------------------------------------------

    def page_fault(self, kind: str, request: Request, rng: Random) -> Answer | None:
        page = self._page_of(request)
        if request.method != "GET" or page is None or self._refusal(request) is not None:
            return None
        if kind == "repeated_page":
            return self._search(request, page - 1) if page else None
        return self._search(request, page, drop=1 + rng.randrange(3))

    def _page_of(self, request: Request) -> int | None:
        text = request.query.get("page") or "0"
        return int(text) if text.isascii() and text.isdigit() else None

    def _search(self, request: Request, page: int | None, drop: int = 0) -> Answer:
        size = request.query.get("size") or "20"
        if page is None or not size.isascii() or not size.isdigit() or int(size) < 1:
            return self._error(400, "Bad Request", request)
        size_used = min(int(size), self._options.page_cap)
        try:
            rows, total = self._listing.page(request.query, page, size_used)
        except BadQuery:
            return self._error(400, "Bad Request", request)
        last = (page + 1) * size_used >= total
        if drop and not last:  # a short last page could not be told from a whole one
            rows = rows[:-drop]
        envelope = _envelope([self._item(row) for row in rows], page, size_used, last)
        if request.query.get("spec") != "slice":
            envelope["totalElements"] = total
            envelope["totalPages"] = -(-total // size_used)
        return json_answer(200, envelope)

    def _item(self, row: Row) -> Any:
        if isinstance(row, Dossier):
            return list_item(row, self._world.register, tasks=self._options.tasks_in_list)
        return row.build()

    def _detail(self, request: Request) -> Answer:
        native_id = request.path.removeprefix(_DOSSIER).removesuffix(_ONLINE)
        d = self._world.by_native_id(native_id)
        if d is None:
            return self._error(404, "Not Found", request)
        return json_answer(200, detail(d, self._world.register))

    def _fees(self, request: Request) -> Answer:
        ids = request.query.get("dossier-ids", "").split(",")
        found = [self._world.by_native_id(native_id) for native_id in ids]
        rows = [row for d in found if d for row in fees(d, self._world.register)]
        return json_answer(200, rows)

    def _error(self, status: int, error: str, request: Request) -> Answer:
        body = {
            "timestamp": wire_time(int(self._world.now.timestamp() * 1000)),
            "status": status,
            "error": error,
            "message": "",
            "path": request.path,
        }
        return json_answer(status, body)


def _envelope(content: list[Any], page: int, size: int, last: bool) -> dict[str, Any]:
    """Spring Data's envelope (specs/igate.md 2.2)."""
    return {
        "content": content,
        "last": last,
        "first": page == 0,
        "number": page,
        "size": size,
        "numberOfElements": len(content),
        "empty": not content,
    }


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Client and secret from HTTP Basic, else from the form."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote_plus(client), unquote_plus(secret)
    return form.get("client_id", ""), form.get("client_secret", "")
