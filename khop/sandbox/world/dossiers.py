"""A dossier of the one-stop, its entry on the portal, and the labels of their states."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from khop.sandbox.world.calendar import day_of, midnight

OPEN = frozenset({2, 4, 5, 6})
DONE = frozenset({9, 10})

#: As ``Dossier.nation``: the answer has no key ``nationCode``.
NATION_ABSENT = "-"

#: The portal's state -> dossierStatus.id and labels (docs/systems/igate.md); 0 is a state that the
#: tables do not map.
LABELS: dict[int, tuple[int, tuple[str, ...]]] = {
    0: (17, ("Chờ ký số liên thông",)),
    1: (0, ("Mới đăng ký",)),
    2: (3, ("Được tiếp nhận", "Đã tiếp nhận", "Tiếp nhận", "Tiếp nhận hồ sơ")),
    3: (8, ("Không được tiếp nhận", "Từ chối tiếp nhận")),
    4: (2, ("Đang xử lý", "Thụ lý hồ sơ", "Đang thụ lý")),
    5: (5, ("Yêu cầu bổ sung giấy tờ", "Yêu cầu bổ sung", "Chờ bổ sung")),
    6: (16, ("Yêu cầu thanh toán", "Yêu cầu thực hiện nghĩa vụ tài chính")),
    7: (6, ("Công dân yêu cầu rút hồ sơ", "Rút hồ sơ")),
    8: (11, ("Dừng xử lý", "Dừng giải quyết")),
    9: (9, ("Có kết quả", "Đã có kết quả", "Đã xử lý xong")),
    10: (4, ("Đã trả hồ sơ", "Đã trả kết quả", "Trả kết quả")),
}

#: The portal's names of the ten states (docs/systems/dvcqg.md).
PORTAL_LABELS = (
    "", "Mới đăng ký", "Được tiếp nhận", "Không được tiếp nhận", "Đang xử lý",
    "Yêu cầu bổ sung giấy tờ", "Yêu cầu thực hiện nghĩa vụ tài chính",
    "Công dân yêu cầu rút hồ sơ", "Dừng xử lý", "Đã xử lý xong", "Đã trả kết quả",
)  # fmt: skip

#: The form of the times of a portal entry: to the second in three forms, or days in two.
DateForm = Literal["second", "iso", "slashed", "day", "slashed_day"]

_ID_PREFIX = "68a53f0c"


@dataclass(slots=True)
class Dossier:
    """One native record of the one-stop. Times are seconds of UTC, ``changed`` milliseconds.

    ``code``: canonical; ``code_wire``: as the system sends it. ``nation``: ``nationCode`` as sent.
    ``channel``: 1 counter, 2 online, 3 post, 0 unknown. ``status`` 0: an unmapped state.
    ``entered``: when the reception was recorded. ``acted``: when the present state began.
    ``story``: why it is in the world. ``shape``: random bits that choose its form on the wire.
    ``steps``: its history; None: it follows from the dates. ``holder``: the name at its current
    step, "": an officer's; None: nobody's.
    """

    n: int
    story: str
    code: str
    code_wire: str
    nation: str | None
    status: int
    channel: int
    unit: int
    procedure: int
    citizen: int
    shape: int
    submitted: int | None
    received: int | None
    due: int | None
    finished: int | None
    returned: int | None
    no_due: bool
    entered: int | None
    acted: int
    changed: int
    steps: tuple[tuple[int, int], ...] | None = None
    holder: str | None = ""

    @property
    def native_id(self) -> str:
        return f"{_ID_PREFIX}{self.n:016x}"

    @property
    def alias(self) -> str | None:
        """The code of the national portal if the dossier was filed there, or None."""
        if self.nation in (None, "", "undefined", NATION_ABSENT):
            return None
        return canonical(self.nation)

    @property
    def order_key(self) -> tuple[int, int]:
        return self.changed, self.n


@dataclass(slots=True)
class PortalEntry:
    """The entry of the national portal for one dossier. A day is kept as its local midnight."""

    code: str
    status: int
    submitted: int | None
    received: int | None
    due: int | None
    finished: int | None
    returned: int | None
    form: DateForm
    unit: int
    procedure: int

    @property
    def by_day(self) -> bool:
        return self.form in ("day", "slashed_day")


def native_number(native_id: str) -> int | None:
    """The ``n`` of a native id, or None if the id is not of this sandbox."""
    if len(native_id) != 24 or not native_id.startswith(_ID_PREFIX):
        return None
    try:
        return int(native_id[len(_ID_PREFIX) :], 16)
    except ValueError:
        return None


def canonical(code: str) -> str:
    """Unicode NFC, upper case, no white space (docs/rules.md)."""
    return "".join(unicodedata.normalize("NFC", code).upper().split())


def history(d: Dossier) -> list[tuple[int, int]]:
    """(moment, state) of every step, oldest first."""
    if d.steps is not None:
        return list(d.steps)
    steps: list[tuple[int, int]] = []
    if d.submitted is not None and (d.entered is None or d.channel == 2):
        steps.append((d.submitted, 1))
    if d.entered is not None:
        steps.append((d.entered, 2))
        steps.extend(_middle(d, d.status))
    if d.status not in (1, 2) or not steps:
        steps.append((d.acted, d.status))
    return steps


def _middle(d: Dossier, status: int) -> list[tuple[int, int]]:
    assert d.entered is not None
    span = d.acted - d.entered
    if status in (0, 5, 6, 7, 8, 9):
        return [(d.entered + span // 3, 4)]
    if status != 10:
        return []
    done = d.entered + 2 * span // 3
    if d.finished is not None and d.entered + span // 3 < d.finished <= d.acted:
        done = d.finished
    return [(d.entered + span // 3, 4), (done, 9)]


def copy_for_portal(d: Dossier, form: DateForm = "second") -> PortalEntry:
    """The portal entry after a faithful exchange."""
    entry = PortalEntry(
        code=d.alias or d.code,
        status=d.status,
        submitted=d.submitted,
        received=d.received,
        due=d.due,
        finished=d.finished,
        returned=d.returned,
        form=form,
        unit=d.unit,
        procedure=d.procedure,
    )
    return by_day(entry) if entry.by_day else entry


def by_day(entry: PortalEntry) -> PortalEntry:
    """Cut every time of the entry to its local day."""
    for name in ("submitted", "received", "due", "finished", "returned"):
        moment = getattr(entry, name)
        if moment is not None:
            setattr(entry, name, midnight(day_of(moment)))
    return entry
