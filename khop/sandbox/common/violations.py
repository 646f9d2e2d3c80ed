"""The record of what a client did that the specs forbid. It holds no personal data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from khop.loopback import Request
from khop.sandbox.world.register import Register

#: Headers whose content is opaque by nature.
_OPAQUE = frozenset({"authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class Violation:
    """``kind`` names the rule broken, ``code`` the dossier where there is one."""

    system: str
    kind: str
    code: str | None
    detail: str


class Violations:
    """All violations so far, in order."""

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
        """Look for personal data of the world's citizens in the URL and the headers."""
        if found := self._register.personal(request.target):
            self.add(
                system, "personal_data_in_url", detail=f"{found} in {urlsplit(request.target).path}"
            )
        for name, value in request.headers.items():
            if name not in _OPAQUE and (found := self._register.personal(_text(value))):
                self.add(system, "personal_data_in_header", detail=f"{found} in {name}")


def _text(value: str) -> str:
    """A header's text: read as Latin-1 by the server, it may hold UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
