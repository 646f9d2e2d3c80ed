"""The base of all simulated systems: statistics, and faults before and after the effect."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from threading import RLock

from khop.loopback import Request, Response
from khop.sandbox.common.faults import NONE, Dice, Faults, Purpose
from khop.sandbox.common.violations import Violations
from khop.sandbox.world.world import World

JSON_TYPE = "application/json;charset=UTF-8"

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_SERVER_ERRORS = (500, 503, 504)
#: Faults answered before the system handles the request: a write has not taken effect.
_BEFORE_EFFECT = frozenset({"retry_after", "too_many", "server_errors", "reset_before"})
#: Faults that change the answer of a request that the system handled, or the rows before it.
_AFTER_EFFECT = frozenset(
    {"latency", "rows_move", "commit_then_reset", "reset_mid_body", "truncated_json"}
    | {"html_200", "html_502"}
)


@dataclass(frozen=True, slots=True)
class Environment:
    """What the systems of one sandbox share. ``clock``: seconds of a monotonic clock; ``sleep``
    waits for so many seconds."""

    world: World
    violations: Violations
    faults: Faults = NONE
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Application(ABC):
    """A simulated system. A subclass names the operation of a request and answers it."""

    name = ""

    def __init__(self, environment: Environment) -> None:
        self.dice = Dice(self.name, environment.faults)
        self.requests: Counter[str] = Counter()
        self.faulted: Counter[str] = Counter()
        self.lock = RLock()
        self._world = environment.world
        self._violations = environment.violations
        self._clock = environment.clock
        self._sleep = environment.sleep

    @abstractmethod
    def classify(self, request: Request) -> tuple[str, Purpose]:
        """The operation's name and purpose."""

    @abstractmethod
    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        """The answer without faults; carries out a write."""

    def inspect(self, request: Request) -> None:
        """Record the violations of a request as such, whatever its operation."""
        self._violations.inspect(self.name, request)

    def _violate(self, kind: str, code: str | None = None, detail: str = "") -> None:
        self._violations.add(self.name, kind, code, detail)

    @abstractmethod
    def expire(self, operation: str, rng: Random) -> Response | None:
        """End every token or session and give the answer to an expired one; None for an
        operation that needs no login."""

    def before_page(self, rng: Random) -> None:
        """Change a row of the paged list, so that rows move between two pages."""
        return

    def page_fault(self, kind: str, request: Request, rng: Random) -> Response | None:
        """A page with rows missing, or the page before; None if the request allows neither."""
        return None

    def row_fault(self, kind: str, request: Request, rng: Random) -> Response | None:
        """A page with a row of unknown status, or a row twice; None if the request has no such
        page."""
        return None

    def server_error(self, rng: Random) -> Response | None:
        """The system's own answer when it is out of order; None for an HTML page of a proxy."""
        return None

    def throttled(self, rng: Random) -> Response | None:
        """The system's own 429 without ``Retry-After``; None for one without a body."""
        return None

    def truncated(self, body: bytes, rng: Random) -> bytes:
        """The body cut off at a point where no parser takes it for complete."""
        return body[: len(body) * 2 // 3]

    def answer(self, request: Request) -> Response:
        """The answer, with a fault if one is drawn; a ``khop.loopback.Handler``."""
        operation, purpose = self.classify(request)
        with self.lock:
            fault, rng = self.dice.roll(purpose)
            variant = Random(f"{self._world.seed}/{self.name}/{self.dice.count}")
            self.requests[operation] += 1
        self.inspect(request)
        answer = self._faulted(request, operation, fault, rng, variant) if fault else None
        return answer or self.respond(request, operation, variant)

    def _faulted(
        self, request: Request, operation: str, fault: str, rng: Random, variant: Random
    ) -> Response | None:
        answer: Response | None
        if fault in ("short_page", "repeated_page"):
            answer = self.page_fault(fault, request, rng)
        elif fault in ("unknown_status", "duplicate_ids"):
            answer = self.row_fault(fault, request, rng)
        elif fault == "expired":
            answer = self.expire(operation, rng)
        elif fault in _BEFORE_EFFECT:
            answer = self._before_effect(operation, fault, rng)
        elif fault in _AFTER_EFFECT:
            answer = self._after_effect(request, operation, fault, rng, variant)
        else:
            raise NotImplementedError(f"no simulated system injects {fault}")
        if answer is not None:
            with self.lock:
                self.faulted[fault] += 1
        return answer

    def _before_effect(self, operation: str, fault: str, rng: Random) -> Response | None:
        match fault:
            case "reset_before":
                return Response(cut="before")
            case "retry_after":
                body = b'{"status":429,"error":"Too Many Requests"}'
                headers = {"Content-Type": JSON_TYPE, "Retry-After": str(rng.randrange(2))}
                return Response(429, body, headers)
            case "too_many":
                return self.throttled(rng) or Response.of(b"", "text/plain", 429)
            case "server_errors":
                return self.server_error(rng) or proxy_page(rng.choice(_SERVER_ERRORS))
        raise NotImplementedError(f"{fault} has no answer before the effect")

    def _after_effect(
        self, request: Request, operation: str, fault: str, rng: Random, variant: Random
    ) -> Response:
        if fault == "html_502" and rng.random() < 0.5:
            return proxy_page(502)  # the gateway gave up before the system saw the request
        if fault == "rows_move":
            self.before_page(rng)
        answer = self.respond(request, operation, variant)
        match fault:
            case "latency":
                self._sleep(rng.uniform(0.02, 0.1))
            case "commit_then_reset":
                return replace(answer, cut="before")
            case "reset_mid_body":
                return replace(answer, cut="mid")
            case "truncated_json" if rng.random() < 0.5:
                return replace(answer, cut="short")
            case "truncated_json":
                return replace(answer, body=self.truncated(answer.body, rng))
            case "html_200":
                return proxy_page(200)
            case "html_502":
                return proxy_page(502)
            case "rows_move":
                pass  # the rows moved before the answer was made
            case _:
                raise NotImplementedError(f"{fault} has no answer after the effect")
        return answer


def proxy_page(status: int) -> Response:
    """The HTML page that a proxy sends in place of the answer."""
    title = {200: "Hệ thống đang bảo trì", 502: "502 Bad Gateway"}.get(status, f"{status} Error")
    return Response.html(_HTML.format(title), status)
