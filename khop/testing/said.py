"""What a system says in its own words that is not what was asked for: each case's examples as
one list, for the tests and for the documentation."""

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
from khop.testing.system import Case, Matches, System

AMONG_OTHERS = "an unusable record among others"
ALONE = "an unusable record alone"
NO_ANSWER = "words that are no answer"
REFUSAL = "a refusal"
THERE = "it is there already"


@dataclass(frozen=True, slots=True)
class Saying:
    """``words``: what it is. ``operation``: the name of the one it answers."""

    words: str
    operation: str
    stand: Handler


def sayings(system: System) -> Iterator[Saying]:
    """Every example the cases of a system give; each stands before a healthy system."""
    for case in system.cases:
        for words, operation, said, place in _examples(case):
            yield Saying(words, operation, _stand(system, said, place))


def instead(stand: Handler, said: Response, place: Matches) -> Handler:
    """``stand`` with one answer to the requests that ``place`` tells."""
    return lambda request: said if place(request) else stand(request)


def _stand(system: System, said: Response, place: Matches) -> Handler:
    def elsewhere(request: Request) -> bool:
        return not system.is_login(request) and place(request)

    return instead(system.stand(), said, elsewhere)


def _examples(case: Case) -> Iterator[tuple[str, str, Response, Matches]]:
    match case:
        case SourceCase():
            mixed = case.whole(_mixed(case.rows, case.bad_rows))
            yield AMONG_OTHERS, "page", mixed, lambda request: case.asked(request) is not None
        case FeedCase():
            mixed = case.page(_mixed(case.rows, case.bad_rows))
            yield AMONG_OTHERS, "events", mixed, case.is_feed
        case LookupCase():
            yield from ((NO_ANSWER, "look_up", said, _any) for said in case.no_answers)
            yield from ((ALONE, "look_up", said, _any) for said in case.unusable)
        case EvidenceCase():
            yield from ((ALONE, "evidence_of", said, _any) for said in case.unusable)
        case IdentityCase():
            yield from ((NO_ANSWER, "check_identity", said, _any) for said in case.unanswered)
        case SinkCase():
            yield REFUSAL, "create", case.refused, case.is_write
            if case.exists is not None:
                yield THERE, "create", case.exists, case.is_write


def _any(request: Request) -> bool:
    return True


def _mixed(rows: Sequence[Any], bad: Sequence[Any]) -> tuple[Any, ...]:
    return (*rows[:1], *bad, *rows[1:])
