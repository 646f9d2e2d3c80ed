"""The canonical records, into which the data of every source is converted.

``DossierRecord``  what one source says of one dossier now (stored)
``StatusRecord``   one change of state, or one piece of evidence (stored)
``DossierReading`` a record with the history the same answer carried
``FullDossier``    a dossier for a push, with its parts from ``Birth`` to ``Step``

``FullDossier`` and its parts hold personal data. They stay in memory between the read and the
push, and are never stored and never logged.

Times are ``Instant``: microseconds of UTC plus a precision. Event time (when it happened) and
entry time (when a system wrote it) are separate fields everywhere and never merged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as column
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum

from khop.errors import RecordError
from khop.text.local_time import local_datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Status(IntEnum):
    """The portal's ten states of a dossier (docs/systems/dvcqg.md)."""

    NEW = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    FINANCIAL_DUTY = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    RETURNED = 10


OPEN = frozenset({Status.RECEIVED, Status.PROCESSING, Status.SUPPLEMENT, Status.FINANCIAL_DUTY})
ACTIVE = frozenset({Status.RECEIVED, Status.PROCESSING})
ENDED = frozenset(
    {Status.NOT_RECEIVED, Status.WITHDRAWN, Status.STOPPED, Status.FINISHED, Status.RETURNED}
)
DONE = frozenset({Status.FINISHED, Status.RETURNED})
#: States that a dossier may have without a reception date (docs/rules.md, C1).
BEFORE_RECEPTION = frozenset({Status.NEW, Status.NOT_RECEIVED, Status.SUPPLEMENT})


class Channel(IntEnum):
    """How the dossier was filed (docs/systems/dvcqg.md)."""

    COUNTER = 1
    ONLINE = 2
    POST = 3


class Precision(StrEnum):
    SECOND = "second"
    DAY = "day"


class StatusKind(StrEnum):
    """What a ``StatusRecord`` is evidence of."""

    STATUS = "status"
    HANDED_TO_POST = "handed_to_post"
    DELIVERED = "delivered"
    #: The post brings papers to the office; this is no evidence of a result.
    PAPERS_COLLECTED = "papers_collected"
    #: An event of the post that is neither a hand-over nor a delivery.
    POSTAL_EVENT = "postal_event"


class PaperKind(StrEnum):
    """The kinds of rows in the files that units keep beside the systems, and ``DOCUMENT``."""

    #: The logbook (sổ theo dõi hồ sơ, form 07, before 2025 form 06).
    LOGBOOK = "logbook"
    #: The register of signed results (sổ văn thư: number, symbol, day of signing).
    REGISTER = "register"
    #: The register of apologies and new due dates (form 04).
    APOLOGY = "apology"
    #: The book of slips (forms 02, 03 and 05) and of notices to the citizen.
    SLIPS = "slips"
    #: Form II.06a as units send it.
    REPORT = "report"
    #: The certification book, summed up by day, unit and procedure.
    COUNTS = "counts"
    #: Feedback of citizens (phản ánh, kiến nghị).
    FEEDBACK = "feedback"
    #: Ratings by citizens.
    RATINGS = "ratings"
    #: Dossiers of a ministry's system.
    MINISTRY = "ministry"
    #: A row of a register of all outgoing documents that is no result: evidence of nothing.
    DOCUMENT = "document"


class IdentityVerdict(StrEnum):
    """Whether a person's number, name and birth belong together."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"


class Presence(StrEnum):
    """Whether a source has a dossier. ``ABSENT`` only after a look-up that answered."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A moment: ``us`` microseconds of UTC since 1970, and how precisely it is known.

    With precision ``DAY`` the moment is the start of that day in Asia/Ho_Chi_Minh.
    """

    us: int
    precision: Precision = Precision.SECOND

    @classmethod
    def of(cls, moment: datetime, precision: Precision = Precision.SECOND) -> Instant:
        """The instant of an aware ``datetime``. Raises RecordError for one without a time zone."""
        try:
            return cls((moment - _EPOCH) // timedelta(microseconds=1), precision)
        except TypeError:
            raise RecordError(
                "time", "has no time zone; give an aware datetime, such as datetime.now(UTC)"
            ) from None

    @property
    def utc(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.us)

    @property
    def local_date(self) -> date:
        """The day of Asia/Ho_Chi_Minh this instant falls on."""
        return local_datetime(self.us).date()


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """One dossier in one source, as it is now.

    ``code`` and ``aliases`` are canonical (``mappings.codes.spelling``); ``status_raw`` is
    the source's own state as text (kept when no table knows it, with ``status`` None);
    ``procedure`` is the base procedure code; ``unit`` the unit's display name and ``unit_code``
    its code as written; ``applicant_kind`` what the key is made of (``mappings.identity``), None
    where nobody knows; ``fields_lost`` names wire fields the mapping could not use.

    ``unread``: the fields of this record that are empty because the source's value could not be
    read. Such a field is not known, where another empty field is known to be empty: a rule that
    needs it is silent. ``"owner"`` among them: the dossier is another person's than who filed it,
    of whom only the name is known, so it may be that of any applicant.
    """

    source: str
    native_id: str
    code: str
    aliases: tuple[str, ...] = ()
    status: Status | None = None
    status_raw: str | None = None
    submitted_at: Instant | None = None
    received_at: Instant | None = None
    due_at: Instant | None = None
    finished_at: Instant | None = None
    returned_at: Instant | None = None
    entered_at: Instant | None = None
    changed_at: Instant | None = None
    no_due: bool = False
    unit: str | None = None
    unit_code: str | None = None
    procedure: str | None = None
    channel: Channel | None = None
    applicant_key: str | None = None
    applicant_kind: str | None = None
    applicant_mask: str | None = None
    fields_lost: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """One change of state, or one piece of evidence, of one dossier.

    ``entry_id``: the task's or event's id, or a digest (not ``own_id``). ``item``: a waybill.
    ``current``: under way; ``held``: whether a person has it; neither is stored.
    """

    source: str
    native_id: str
    entry_id: str
    code: str
    kind: StatusKind
    event_at: Instant | None
    status: Status | None = None
    status_raw: str | None = None
    entered_at: Instant | None = None
    actor_key: str | None = None
    unit: str | None = None
    item: str | None = None
    own_id: bool = True
    current: bool = column(default=False, compare=False)
    held: bool | None = column(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One row of a logbook or register: evidence of what happened outside the systems.

    ``row_key``: the same in every reading of the file, also when cells of the row were filled in
    since. ``sheet`` and ``row_number``: where a person finds it, as a spreadsheet
    program counts (``sheet`` empty for CSV). ``code``: canonical, None where the row has none.
    ``procedure``: base code. ``due_at`` of an apology is the due date that was missed,
    ``new_due_at`` the promised one, ``signed_at`` the day of the apology. ``number``, ``symbol``:
    of the signed document. ``form``: of a slip, one of ``paper.forms.FORMS``; ``has_reason``:
    whether it gives one. ``fields_lost``: headers whose cell could not be used. ``unread``: the
    fields that are empty for that reason, as in ``DossierRecord``.
    """

    kind: PaperKind
    row_key: str
    sheet: str
    row_number: int
    code: str | None = None
    unit: str | None = None
    unit_code: str | None = None
    procedure: str | None = None
    applicant_key: str | None = None
    applicant_kind: str | None = None
    applicant_mask: str | None = None
    received_at: Instant | None = None
    due_at: Instant | None = None
    returned_at: Instant | None = None
    signed_at: Instant | None = None
    new_due_at: Instant | None = None
    number: str | None = None
    symbol: str | None = None
    form: str | None = None
    has_reason: bool | None = None
    fields_lost: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DossierReading:
    """A record and the history the same answer carried; ``history`` None means not carried.

    ``said``: makes a digest of the wire item, as far as the record is made from it, without what
    is said of persons. Equal digests mean that the system said the same, whatever tables and
    which version of khop read it. None where the adapter gives none.
    """

    record: DossierRecord
    history: tuple[StatusRecord, ...] | None = None
    said: Callable[[], str] | None = column(default=None, repr=False, compare=False)

    def said_digest(self) -> str | None:
        """The digest of the wire item; None where the adapter gives none."""
        return None if self.said is None else self.said()


@dataclass(frozen=True, slots=True)
class Reject:
    """One item of an answer that cannot be used, with the reason; it goes to quarantine.

    ``code``: the code of its dossier, or a text that people are shown because it may mean one.
    ``unit``: name or code of the unit that it belongs to. ``payload`` is the wire item (personal
    data possible: encrypted before it is stored). ``row``: a row of paper under a code of unknown
    shape, which is good when a dossier has exactly this code.
    """

    field: str
    reason: str
    native_id: str | None = None
    code: str | None = None
    payload: object = column(default=None, repr=False)
    unit: str | None = None
    row: PaperRow | None = column(default=None, repr=False)


class UnknownCode(RecordError):
    """The text in a row's cell for the code is no code of a known shape.

    ``text``: its canonical spelling, which may be the code of a dossier of a system that gives out
    such codes; None for a text with several codes. ``shown``: the text as people are shown it;
    None when it may be a name or a personal number. ``row``: the row under ``text`` as its code;
    None when there is no such row.
    """

    def __init__(self, field: str, reason: str, text: str | None, shown: str | None) -> None:
        super().__init__(field, reason)
        self.text = text
        self.shown = shown
        self.row: PaperRow | None = None


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth as it is known: a year alone, or a whole date. Missing parts are never guessed."""

    year: int
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person of a dossier. ``kind``: 1 citizen, 2 business, 3 state body, 4 organisation/other.
    ``identity_number``: as written, never completed."""

    name: str = column(default="", repr=False)
    identity_number: str = column(default="", repr=False)
    kind: int = 1
    phone: str = column(default="", repr=False)
    email: str = column(default="", repr=False)
    birth: Birth | None = column(default=None, repr=False)
    address: str = column(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A submitted file or a result file. ``url`` may be empty. ``code``, ``paper``: code and name
    of the paper that it is, "" where the source does not tell. ``digitised``: a scan of paper;
    None when the source does not tell."""

    name: str = column(default="", repr=False)
    native_id: str = ""
    url: str = column(default="", repr=False)
    code: str = ""
    digitised: bool | None = None
    paper: str = column(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee row; ``amount`` in whole đồng; ``paid`` None when the source does not tell.

    ``code``, ``kind`` (1 ordinary, 2 appraisal, 3 renewal) and ``collected`` (1 at receipt, 2 at a
    supplement, 4 at return): as the portal writes them, "" when the source does not tell.
    """

    name: str
    amount: int
    paid: bool | None = None
    code: str = ""
    kind: str = ""
    collected: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the history as it is pushed. ``status`` is always known."""

    event_at: Instant
    status: Status
    text: str
    actor: str = column(default="", repr=False)
    office: str = ""
    due_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class FullDossier:
    """A dossier as read from the one-stop at the moment of a push.

    ``applicant``: who filed. ``owner``, ``receiver``: whose dossier it is, and who receives the
    result, where the source names another person; None where it is the applicant.
    ``fees``: None when they were not read, or not all of them could be read.
    ``steps``: its history, oldest first. Neighbours of equal state are one step, and unmapped
    labels are left out.
    """

    record: DossierRecord
    applicant: Applicant
    procedure_name: str = ""
    sector_code: str = ""
    sector_name: str = ""
    summary: str = column(default="", repr=False)
    return_by_post: bool = False
    files: tuple[Attachment, ...] = ()
    results: tuple[Attachment, ...] = ()
    fees: tuple[Fee, ...] | None = None
    steps: tuple[Step, ...] = ()
    owner: Applicant | None = None
    receiver: Applicant | None = None

    @property
    def holder(self) -> Applicant:
        """The owner."""
        return self.owner or self.applicant
