"""The table of faults and connectors, with the observed result of each pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from khop.errors import OutcomeUnknown, RecordError, Refused
from khop.testing.examples import examples_of
from khop.testing.expectations import trials
from khop.testing.faults import wire_faults
from khop.testing.probes import Ending, ProbeResult, prober_of
from khop.testing.system import System

_HEADINGS = {
    "read": "While reading",
    "write": "While writing",
    "login": "While logging in",
}
_OWN_ANSWERS = {
    "session_ended": "the session has ended (the system's own answer)",
    "session_never": "every session is refused (the system's own answer)",
    "login_refused": "the account is refused (the system's own answer)",
}
_NOT_APPLICABLE = "does not apply"

#: The column of a system: fault -> observed result.
Column = Mapping[str, str]


def fault_matrix(systems: Sequence[System]) -> str:
    """Markdown tables of the observed results: for reads, writes and logins, and for the systems'
    own answers. No cell is empty.

    Logins are probed with the first operation, reads and writes with the first of their kind. A
    variant of a system has no column.
    """
    whole = [system for system in systems if not system.variant]
    parts = [
        _section(heading, [(each, _column(each, place)) for each in whole], dict(_faults()))
        for place, heading in _HEADINGS.items()
    ]
    own = [(each, _own_answers(each)) for each in whole]
    lines = {description: description for _, column in own for description in column}
    parts.append(_section("The system's own answers", own, lines))
    return "\n\n".join([*parts, *_differences(whole)])


def _differences(systems: Sequence[System]) -> Iterator[str]:
    """Where a system must behave differently, and why."""
    if lines := [
        f"- `{system.name}`, `{each.operation}`, {dict(_faults())[each.fault]}: {each.reason}"
        for system in systems
        for each in system.differs
    ]:
        yield "## Differences\n\n" + "\n".join(lines)


def _section(
    heading: str, columns: Sequence[tuple[System, Column]], faults: Mapping[str, str]
) -> str:
    filled = [(system, column) for system, column in columns if column]
    head = ["What happens", *(f"`{system.name}`" for system, _ in filled)]
    lines = [head, ["---"] * len(head)]
    for fault, description in faults.items():
        if any(fault in column for _, column in filled):
            cells = (column.get(fault, _NOT_APPLICABLE) for _, column in filled)
            lines.append([description, *cells])
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"## {heading}\n\n{table}"


def _own_answers(system: System) -> Column:
    operations = {each.name: each for each in system.operations()}
    results: dict[str, list[str]] = {}
    for each in examples_of(system):
        operation = operations[each.operation]
        result = prober_of(system).with_answer(operation, each.handler, each.description)
        results.setdefault(each.description, []).append(_shown(result))
    return {name: " or ".join(dict.fromkeys(shown)) for name, shown in results.items()}


def _faults() -> Iterator[tuple[str, str]]:
    for fault in wire_faults():
        is_status = fault.name.startswith("http_")
        yield fault.name, f"HTTP {fault.description}" if is_status else fault.description
    yield from _OWN_ANSWERS.items()


def _column(system: System, place: str) -> Column:
    at_login = place == "login"
    operations = [each for each in system.operations() if at_login or each.kind == place]
    if not operations or (at_login and system.login is None):
        return {}
    prober = prober_of(system)
    return {
        fault: _shown(prober.under_fault(operation, fault, at_login=at_login))
        for operation, fault in trials(system, at_login=at_login)
        if operation.name == operations[0].name
    }


def _shown(result: ProbeResult) -> str:
    """Such as ``retried``, ``retried with a new login`` or ``alerted: Unreachable``."""
    ending = "**unknown**" if result.ending is Ending.UNKNOWN else result.ending.value
    new_login = result.logins and not result.waits and not result.at_login
    if result.ending is Ending.RETRIED and new_login:
        return f"{ending} with a new login"
    if result.raised in (None, OutcomeUnknown, RecordError, Refused):
        return ending
    return f"{ending}: {result.raised.__name__}"
