"""Answers that a system gives to requests it cannot or will not serve: the examples of each case,
as one list for the tests and the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from khop.loopback import Handler, Request, Response
from khop.testing.cases import (
    EvidenceCase,
    FeedCase,
    IdentityCase,
    LookupCase,
    SinkCase,
    SourceCase,
)
from khop.testing.system import Case, RequestMatch, System

AMONG_OTHERS = "an unusable record among others"
ALONE = "an unusable record alone"
UNANSWERED = "an answer without a result"
REFUSAL = "a refusal"
EXISTS = "the record exists already"


@dataclass(frozen=True, slots=True)
class Example:
    """``handler``: a healthy system but for one answer, which ``operation`` (its name) gets.
    ``description``: what this answer is."""

    description: str
    operation: str
    handler: Handler


def examples_of(system: System) -> Iterator[Example]:
    """Every example in the cases of a system."""
    for case in system.cases:
        for description, operation, response, matches in _examples(case):
            yield Example(description, operation, _with_answer(system, response, matches))


def replacing(handler: Handler, response: Response, matches: RequestMatch) -> Handler:
    """``handler`` with one response to the matching requests."""
    return lambda request: response if matches(request) else handler(request)


def _with_answer(system: System, response: Response, matches: RequestMatch) -> Handler:
    def not_at_login(request: Request) -> bool:
        return not system.is_login(request) and matches(request)

    return replacing(system.application(), response, not_at_login)


def _examples(case: Case) -> Iterator[tuple[str, str, Response, RequestMatch]]:
    match case:
        case SourceCase():
            mixed = case.complete_list(_mixed(case.rows, case.bad_rows))
            yield (
                AMONG_OTHERS,
                "page",
                mixed,
                lambda request: case.requested_page(request) is not None,
            )
        case FeedCase():
            mixed = case.page(_mixed(case.rows, case.bad_rows))
            yield AMONG_OTHERS, "events", mixed, case.is_feed
        case LookupCase():
            yield from ((UNANSWERED, "look_up", answer, _any) for answer in case.unanswered)
            yield from ((ALONE, "look_up", answer, _any) for answer in case.unusable)
        case EvidenceCase():
            yield from ((ALONE, "evidence_of", answer, _any) for answer in case.unusable)
        case IdentityCase():
            yield from ((UNANSWERED, "check_identity", answer, _any) for answer in case.unanswered)
        case SinkCase():
            yield REFUSAL, "create", case.refused, case.is_write
            if case.exists is not None:
                yield EXISTS, "create", case.exists, case.is_write


def _any(request: Request) -> bool:
    return True


def _mixed(rows: Sequence[Any], bad: Sequence[Any]) -> tuple[Any, ...]:
    return (*rows[:1], *bad, *rows[1:])
