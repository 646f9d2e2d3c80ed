"""The control plane: tests and demos read and change a running sandbox with JSON over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from khop.loopback import Request, Response
from khop.sandbox.common.faults import ALL, Faults
from khop.sandbox.common.violations import Violation
from khop.sandbox.files.folder import truth_lines
from khop.sandbox.truth.finding import Finding
from khop.sandbox.world.paper import Place


class Controlled(Protocol):
    """The methods of a ``Sandbox`` that the control plane serves."""

    def violations(self) -> Sequence[Violation]: ...

    def truth(self) -> Sequence[Finding]: ...

    def findings(self) -> Sequence[Finding]: ...

    def stats(self) -> Mapping[str, Any]: ...

    def set_faults(self, faults: Faults | None) -> None: ...

    def advance(self, seconds: float) -> datetime: ...

    def touch(self, code: str) -> None: ...

    def change_status(self, code: str, status: int) -> None: ...

    def portal_forget(self, code: str) -> bool: ...

    def portal_put(self, code: str, status: int | None = None) -> None: ...

    def logbook_write(self, **row: Any) -> Place: ...

    def register_write(self, **row: Any) -> Place: ...


class Control:
    """Serves each method of a sandbox at the path of its name."""

    def __init__(self, sandbox: Controlled) -> None:
        self._sandbox = sandbox
        self._reads: dict[str, Callable[[], Any]] = {
            "/violations": lambda: [asdict(v) for v in sandbox.violations()],
            "/truth": lambda: truth_lines(sandbox.truth()),
            "/findings": lambda: truth_lines(sandbox.findings()),
            "/stats": sandbox.stats,
        }
        self._writes: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "/faults": self._set_faults,
            "/advance": lambda body: {"now": sandbox.advance(body["seconds"]).isoformat()},
            "/touch": lambda body: sandbox.touch(body["code"]),
            "/change_status": lambda body: sandbox.change_status(body["code"], body["status"]),
            "/portal_forget": lambda body: sandbox.portal_forget(body["code"]),
            "/portal_put": lambda body: sandbox.portal_put(body["code"], body.get("status")),
            "/logbook_write": lambda body: asdict(sandbox.logbook_write(**body)),
            "/register_write": lambda body: asdict(sandbox.register_write(**body)),
        }

    def answer(self, request: Request) -> Response:
        """A ``khop.loopback.Handler``."""
        if request.method == "GET" and request.path in self._reads:
            return Response.json(self._reads[request.path]())
        if request.method == "POST" and request.path in self._writes:
            return self._write(request)
        return Response.json({"error": "no such operation"}, 404)

    def _write(self, request: Request) -> Response:
        try:
            done = self._writes[request.path](json.loads(request.body))
        except KeyError as error:
            return Response.json({"error": f"unknown: {error}"}, 404)
        except (ValueError, TypeError) as error:
            return Response.json({"error": str(error)}, 400)
        return Response.json(done if isinstance(done, dict) else {})

    def _set_faults(self, body: Mapping[str, Any]) -> None:
        kinds = frozenset(body.get("kinds", ALL))
        self._sandbox.set_faults(Faults(body.get("rate", 0.1), kinds, body.get("seed", 0)))
