"""What all systems say of dossiers, in plain values: the input of ``judge``.

A ``Time`` is microseconds of UTC since 1970, and whether only its day is known. None means that
a system does not say it; with its name in ``unread``, that it says something nobody can read.
Units, procedures and applicants are only compared with each other, so they may be of any type;
applicants only where both are known by the same (a number, a name and birth).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

Time = tuple[int, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of the one-stop.

    ``status``: 1 to 10. ``unmapped``: it has a state that no table knows. ``entered``: when the
    reception was written. ``history``: (state, when) of each step, in any order; empty when it was
    not read. ``held``: whether a person has it, by the current step; None: it does not say.
    """

    native_id: str
    code: str
    aliases: tuple[str, ...] = ()
    status: int | None = None
    unmapped: bool = False
    submitted: Time | None = None
    received: Time | None = None
    due: Time | None = None
    finished: Time | None = None
    returned: Time | None = None
    entered: Time | None = None
    changed: Time | None = None
    no_due: bool = False
    channel: int | None = None
    unit: Hashable = None
    procedure: Hashable = None
    applicant: Hashable = None
    applicant_known_by: str = "number"
    history: tuple[tuple[int | None, Time | None], ...] = ()
    held: bool | None = None
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the portal answers about a code. ``checked``: number of the look-up, greater for a later
    one; ``first_seen``: when the portal was first seen to have the dossier."""

    code: str
    presence: Literal["present", "absent", "unknown"]
    status: int | None = None
    submitted: Time | None = None
    received: Time | None = None
    due: Time | None = None
    finished: Time | None = None
    returned: Time | None = None
    first_seen: Time | None = None
    checked: int = 0
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEvent:
    """One scan of the post. ``item``: the waybill, None before there is one."""

    order: str
    item: str | None
    code: str
    delivered: bool
    at: Time | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the logbook or of the register. ``subject``: how a finding names a row without a
    code."""

    subject: str
    kind: Literal["logbook", "register"]
    code: str | None = None
    unit: Hashable = None
    procedure: Hashable = None
    applicant: Hashable = None
    applicant_known_by: str = "number"
    received: Time | None = None
    returned: Time | None = None
    signed: Time | None = None
    unread: frozenset[str] = frozenset()


@dataclass(slots=True)
class Statements:
    """All of it. ``quarantined``: codes of dossiers that the one-stop has and that cannot be read.
    ``unlisted``: units that no table lists and procedures whose code has no known shape: nobody
    knows whether two of them, or one and another, differ. ``complete``: every list of the one-stop
    was read to its end."""

    records: list[Record] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    events: list[PostEvent] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    quarantined: set[str] = field(default_factory=set)
    unlisted: frozenset[Hashable] = frozenset()
    complete: bool = True
