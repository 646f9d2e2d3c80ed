"""A fake engine behind the command line, and the outcome of one command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Finished:
    """Exit code, stdout and stderr of one command line."""

    code: int
    out: str
    err: str


Run = Callable[..., Finished]


class Listed(list[Any]):
    """A list of findings that knows how fresh the sources are."""

    def __init__(self, findings: Sequence[Any], freshness: Any) -> None:
        super().__init__(findings)
        self.freshness = freshness


class FakeEngine:
    """Returns the given answers and records its calls in ``asked``; its parts are itself."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = {"freshness": None, **answers}
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.sources: Sequence[str] | None = None
        self.accepts_clock = False

    @property
    def repair_policies(self) -> FakeEngine:
        return self

    @property
    def lists(self) -> FakeEngine:
        return self

    @contextmanager
    def whole(self, **wanted: Any) -> Iterator[Listed]:
        yield Listed(self.findings(**wanted), self.answers["freshness"])

    def was_compared(self) -> bool:
        return bool(self.answers.get("was_compared", True))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def answer(*args: Any, **named: Any) -> Any:
            self.asked.append((name, args, named))
            given = self.answers[name]
            return given(*args, **named) if callable(given) else given

        return answer


#: The fixture ``engine``: puts a fake engine with these answers behind the command line.
PutEngine = Callable[..., FakeEngine]
