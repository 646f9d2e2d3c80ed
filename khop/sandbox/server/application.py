"""What all simulated systems share: counting, faults before and after the effect, stats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from random import Random
from threading import RLock

from khop.sandbox.server.faults import Dice, Faults, Purpose
from khop.sandbox.server.http import Answer, Request

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_SERVER_ERRORS = (500, 503, 504)
#: Kinds that answer in place of the system; a write has not taken effect.
_INSTEAD = frozenset({"retry_after", "too_many", "server_errors", "reset_before"})


class Application(ABC):
    """A system behind a listener. Subclasses say what a request is, and answer it."""

    name = ""

    def __init__(self, faults: Faults, seed: int, sleep: Callable[[float], None]) -> None:
        self.dice = Dice(self.name, faults)
        self.requests: Counter[str] = Counter()
        self.faulted: Counter[str] = Counter()
        self.lock = RLock()
        self._seed = seed
        self._sleep = sleep

    @abstractmethod
    def classify(self, request: Request) -> tuple[str, Purpose]:
        """The operation's name and what it is for."""

    @abstractmethod
    def respond(self, request: Request, operation: str, rng: Random) -> Answer:
        """The answer without faults; takes the effect of a write."""

    def inspect(self, request: Request) -> None:
        """Look at every request that arrives, for violations; a system without any looks away."""
        return

    @abstractmethod
    def expire(self, operation: str, rng: Random) -> Answer | None:
        """End every token or session, and answer as to one that has ended; None where the
        operation needs none."""

    def before_page(self, rng: Random) -> None:
        """Something happens between two pages; nothing where there are none."""
        return

    def page_fault(self, kind: str, request: Request, rng: Random) -> Answer | None:
        """A short or an earlier page; None where that cannot be."""
        return None

    def row_fault(self, kind: str, request: Request, rng: Random) -> Answer | None:
        """A page with one row too strange or too many; None where that cannot be."""
        return None

    def server_error(self, rng: Random) -> Answer | None:
        """How the system says that it is out of order; None for a proxy's page."""
        return None

    def throttled(self, rng: Random) -> Answer | None:
        """A refusal for too many calls, without a time; None for one with no body."""
        return None

    def truncated(self, body: bytes, rng: Random) -> bytes:
        """A body that ends too early; never one a parser takes for whole."""
        return body[: len(body) * 2 // 3]

    def answer(self, request: Request) -> Answer:
        operation, purpose = self.classify(request)
        with self.lock:
            fault, rng = self.dice.roll(purpose)
            variant = Random(f"{self._seed}/{self.name}/{self.dice.count}")
            self.requests[operation] += 1
        self.inspect(request)
        answer = self._faulted(request, operation, fault, rng, variant) if fault else None
        return answer or self.respond(request, operation, variant)

    def _faulted(
        self, request: Request, operation: str, fault: str, rng: Random, variant: Random
    ) -> Answer | None:
        answer: Answer | None
        if fault in ("short_page", "repeated_page"):
            answer = self.page_fault(fault, request, rng)
        elif fault in ("unknown_status", "duplicate_ids"):
            answer = self.row_fault(fault, request, rng)
        elif fault == "expired":
            answer = self.expire(operation, rng)
        elif fault in _INSTEAD:
            answer = self._instead(operation, fault, rng)
        else:
            answer = self._spoilt(request, operation, fault, rng, variant)
        if answer is not None:
            with self.lock:
                self.faulted[fault] += 1
        return answer

    def _instead(self, operation: str, fault: str, rng: Random) -> Answer | None:
        match fault:
            case "reset_before":
                return Answer(0, b"", cut="before")
            case "retry_after":
                slow = Answer(429, b'{"status":429,"error":"Too Many Requests"}')
                slow.headers["Retry-After"] = str(rng.randrange(2))
                return slow
            case "too_many":
                return self.throttled(rng) or Answer(429, b"", "text/plain")
        return self.server_error(rng) or html(rng.choice(_SERVER_ERRORS))

    def _spoilt(
        self, request: Request, operation: str, fault: str, rng: Random, variant: Random
    ) -> Answer:
        if fault == "html_502" and rng.random() < 0.5:
            return html(502)  # the gateway gave up before the system saw the request
        if fault == "rows_move":
            self.before_page(rng)
        answer = self.respond(request, operation, variant)
        match fault:
            case "latency":
                self._sleep(rng.uniform(0.02, 0.1))
            case "commit_then_reset":
                answer.cut = "before"
            case "reset_mid_body":
                answer.cut = "mid"
            case "truncated_json" if rng.random() < 0.5:
                answer.cut = "short"
            case "truncated_json":
                answer.body = self.truncated(answer.body, rng)
            case "html_200":
                return html(200)
            case "html_502":
                return html(502)
        return answer


def html(status: int) -> Answer:
    """A page a proxy puts in place of the answer."""
    title = {200: "Hệ thống đang bảo trì", 502: "502 Bad Gateway"}.get(status, f"{status} Error")
    return Answer(status, _HTML.format(title).encode(), "text/html;charset=UTF-8")
