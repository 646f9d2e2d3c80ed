"""The table fault x connector: what became of each fault, as it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from khop.errors import OutcomeUnknown, RecordError, Refused
from khop.testing.expectations import tries
from khop.testing.faults import Fault, wire_faults
from khop.testing.lab import Cell, Ending, lab_of
from khop.testing.said import sayings
from khop.testing.system import Kind, Operation, System

_HEADINGS = {
    "read": "While reading",
    "write": "While writing",
    "login": "While logging in",
}
_OWN_WORDS = {
    "session_ended": "the session has ended, in the system's own words",
    "session_never": "the same, whatever session is shown",
    "login_refused": "the account is refused, in the system's own words",
}
_NOT_HERE = "does not arise"

#: Column of a system: what happened -> what became of it.
Column = Mapping[str, str]


def fault_matrix(systems: Sequence[System]) -> str:
    """Tables in Markdown, one each for reads, writes and logins, and one for what systems say in
    words of their own. No cell of them is empty, and each was tried.

    Logins are tried with the first operation, reads and writes with the first of their kind. A
    variant of a system has no column.
    """
    whole = [system for system in systems if not system.variant]
    parts = [
        _section(heading, [(each, _column(each, place)) for each in whole], dict(_faults()))
        for place, heading in _HEADINGS.items()
    ]
    said = [(each, _said(each)) for each in whole]
    words = {word: word for _, column in said for word in column}
    parts.append(_section("In the system's own words", said, words))
    return "\n\n".join([*parts, *_differences(whole)])


def _differences(systems: Sequence[System]) -> Iterator[str]:
    """Where a system rightly does otherwise than the others, and why."""
    if lines := [
        f"- `{system.name}`, `{each.operation}`, {dict(_faults())[each.fault]}: {each.because}"
        for system in systems
        for each in system.differs
    ]:
        yield "## Differences\n\n" + "\n".join(lines)


def _section(
    heading: str, columns: Sequence[tuple[System, Column]], words: Mapping[str, str]
) -> str:
    tried = [(system, column) for system, column in columns if column]
    head = ["What happens", *(f"`{system.name}`" for system, _ in tried)]
    lines = [head, ["---"] * len(head)]
    for fault, what in words.items():
        if any(fault in column for _, column in tried):
            lines.append([what, *(column.get(fault, _NOT_HERE) for _, column in tried)])
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"## {heading}\n\n{table}"


def _said(system: System) -> Column:
    operations = {each.name: each for each in system.operations()}
    seen: dict[str, list[str]] = {}
    for each in sayings(system):
        cell = lab_of(system).said(operations[each.operation], each.stand, each.words)
        seen.setdefault(each.words, []).append(_shown(cell))
    return {words: " or ".join(dict.fromkeys(shown)) for words, shown in seen.items()}


def _faults() -> Iterator[tuple[str, str]]:
    yield from ((fault.name, _words(fault)) for fault in wire_faults())
    yield from _OWN_WORDS.items()


def _words(fault: Fault) -> str:
    return f"HTTP {fault.words}" if fault.name.startswith("http_") else fault.words


def _column(system: System, place: str) -> Column:
    at_login = place == "login"
    wanted = _first(system.operations(), None if at_login else Kind(place))
    if wanted is None or (at_login and system.login is None):
        return {}
    lab = lab_of(system)
    return {
        fault: _shown(lab.cell(operation, fault, at_login=at_login))
        for operation, fault in tries(system, at_login=at_login)
        if operation.name == wanted.name
    }


def _first(operations: Iterable[Operation], kind: Kind | None) -> Operation | None:
    return next((each for each in operations if kind in (None, each.kind)), None)


def _shown(cell: Cell) -> str:
    """``retried``; ``alerted: Unreachable``; with a new login where there was one."""
    word = "**unknown**" if cell.ending is Ending.UNKNOWN else cell.ending.value
    if cell.ending is Ending.RETRIED and cell.logins and not cell.waits and not cell.at_login:
        return f"{word} with a new login"
    if cell.raised in (None, OutcomeUnknown, RecordError, Refused):
        return word
    return f"{word}: {cell.raised.__name__}"
