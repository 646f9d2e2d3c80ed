"""The control plane: what a test or a demo may ask of the sandbox, in JSON over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from khop.sandbox.files.folder import truth_lines
from khop.sandbox.server.faults import ALL, Faults
from khop.sandbox.server.http import Answer, Request, json_answer

if TYPE_CHECKING:
    from khop.sandbox.server.sandbox import Sandbox


class Control:
    """Serves the methods of a ``Sandbox`` under their names."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._reads: dict[str, Callable[[], Any]] = {
            "/violations": lambda: [asdict(v) for v in sandbox.violations()],
            "/truth": lambda: truth_lines(sandbox.truth()),
            "/findings": lambda: truth_lines(sandbox.findings()),
            "/stats": sandbox.stats,
        }
        self._writes: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "/faults": self._set_faults,
            "/touch": lambda body: sandbox.touch(body["code"]),
            "/change_status": lambda body: sandbox.change_status(body["code"], body["status"]),
            "/portal_forget": lambda body: sandbox.portal_forget(body["code"]),
            "/portal_put": lambda body: sandbox.portal_put(body["code"], body.get("status")),
            "/logbook_write": lambda body: asdict(sandbox.logbook_write(**body)),
            "/register_write": lambda body: asdict(sandbox.register_write(**body)),
        }

    def answer(self, request: Request) -> Answer:
        if request.method == "GET" and request.path in self._reads:
            return json_answer(200, self._reads[request.path]())
        if request.method == "POST" and request.path in self._writes:
            return self._write(request)
        return json_answer(404, {"error": "no such operation"})

    def _write(self, request: Request) -> Answer:
        try:
            done = self._writes[request.path](json.loads(request.body))
        except KeyError as error:
            return json_answer(404, {"error": f"unknown: {error}"})
        except (ValueError, TypeError) as error:
            return json_answer(400, {"error": str(error)})
        return json_answer(200, done if isinstance(done, dict) else {})

    def _set_faults(self, body: Mapping[str, Any]) -> None:
        kinds = frozenset(body.get("kinds", ALL))
        faults = Faults(body.get("rate", 0.1), kinds, body.get("seed", 0))
        self._sandbox.set_faults(faults)
