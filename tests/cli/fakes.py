"""What the tests of the command line share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class Said:
    """What one command line answered."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


class FakeEngine:
    """Answers as it was told, and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.sources: Sequence[str] | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def answer(*args: Any, **named: Any) -> Any:
            self.asked.append((name, args, named))
            given = self.answers[name]
            return given(*args, **named) if callable(given) else given

        return answer
