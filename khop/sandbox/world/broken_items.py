"""List items of the one-stop with a defect: which they are, and what is wrong.

They trigger no rule, however much of them a reader rescues: a readable state is "Không được tiếp
nhận" without a reception date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from khop.sandbox.world.dossiers import Dossier

#: Kind -> the wire path of the field that a reader must reject, or read in its odd form.
KINDS: dict[str, str] = {
    "missing_code": "code",
    "null_code": "code",
    "number_code": "code",
    "missing_id": "id",
    "not_an_object": "",
    "absurd_date": "appliedDate",
    "status_type": "dossierStatus",
    "huge_code": "code",
    "huge_agency": "agency.name",
    "deep": "code",
}
OLDER_DUPLICATE = "older_duplicate"

#: The kinds of which only a minor field is bad: their dossier is stored, with that field lost.
STORED = frozenset({"absurd_date", "status_type", "huge_agency"})

_WITHOUT_ID = frozenset({"missing_id", "not_an_object"})
#: The kinds whose dossier code a reader can use.
_WITH_CODE = frozenset({"absurd_date", "status_type"})
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class BrokenItem:
    """One item with a defect.

    ``kind``: of ``KINDS``, or ``OLDER_DUPLICATE``. ``field``: the wire path to reject.
    ``changed`` (milliseconds of UTC) is only its place in the list. ``dossier``: what the item is
    written from; the ``running``-th item of a kind has the ``running``-th variant of the defect.
    ``native_id`` and ``code`` are None if the item has none that a reader can use.
    """

    n: int
    kind: str
    field: str
    changed: int
    dossier: Dossier
    running: int = 0
    native_id: str | None = None
    code: str | None = None

    @property
    def order_key(self) -> tuple[int, int]:
        return self.changed, self.n


def broken_item(dossier: Dossier, kind: str, running: int) -> BrokenItem:
    """The ``running``-th item of a kind of ``KINDS``."""
    return BrokenItem(
        n=dossier.n,
        kind=kind,
        field=KINDS[kind],
        changed=dossier.changed,
        dossier=dossier,
        running=running,
        native_id=None if kind in _WITHOUT_ID else dossier.native_id,
        code=dossier.code if kind in _WITH_CODE else None,
    )


def older_duplicate(n: int, dossier: Dossier) -> BrokenItem:
    """A second item with the id of ``dossier``, another state and an older change time."""
    older = earlier_version(dossier)
    return BrokenItem(
        n, OLDER_DUPLICATE, "updatedDate", older.changed, older, native_id=dossier.native_id
    )


def earlier_version(d: Dossier) -> Dossier:
    """The same record an hour before its last change, in another state."""
    return replace(d, status=4 if d.status != 4 else 2, changed=d.changed - _HOUR_MS)
