"""The record of what clients did against the specifications. It has no personal data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from khop.loopback import Request
from khop.sandbox.world.register import Register

#: Headers that are not searched, because their content is encoded.
_OPAQUE = frozenset({"authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class Violation:
    """``kind``: what was violated. ``code``: of the dossier, if there is one."""

    system: str
    kind: str
    code: str | None
    detail: str


class Violations:
    """All violations, in order. Safe to use from any thread."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._found: list[Violation] = []
        self._lock = Lock()

    def __iter__(self) -> Iterator[Violation]:
        with self._lock:
            return iter(list(self._found))

    def __len__(self) -> int:
        return len(self._found)

    def add(self, system: str, kind: str, code: str | None = None, detail: str = "") -> None:
        with self._lock:
            self._found.append(Violation(system, kind, code, detail))

    def inspect(self, system: str, request: Request) -> None:
        """Record personal data of citizens in the URL and the headers."""
        if found := self._register.personal(request.target):
            self.add(
                system, "personal_data_in_url", detail=f"{found} in {urlsplit(request.target).path}"
            )
        for name, value in request.headers.items():
            if name not in _OPAQUE and (found := self._register.personal(_text(value))):
                self.add(system, "personal_data_in_header", detail=f"{found} in {name}")


def _text(value: str) -> str:
    """The text of a header. The server reads it as Latin-1, but it may be UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
