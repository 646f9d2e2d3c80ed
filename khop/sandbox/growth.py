"""Grows the content of a world from a seed: ordinary dossiers, plants, decoys, broken items."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from khop.sandbox.broken import KINDS, BrokenItem, Seedbed, broken_item, older_duplicate
from khop.sandbox.calendar import Calendar, day_of
from khop.sandbox.decoys import DECOYS
from khop.sandbox.dossiers import Dossier, PortalEntry
from khop.sandbox.igate_strange import as_it_was
from khop.sandbox.igate_wire import list_item, wire_time
from khop.sandbox.plants import PLANTS, Made, Planting
from khop.sandbox.register import Register
from khop.sandbox.timeline import Maker

#: The smallest world that holds three of every plant and a majority of others.
SMALLEST = 150
_EACH = 3


@dataclass(slots=True)
class Content:
    """What was grown. ``planted`` names the rule each plant was made for, by code."""

    dossiers: list[Dossier] = field(default_factory=list)
    entries: list[PortalEntry] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    planted: list[tuple[str, str]] = field(default_factory=list)
    broken: list[BrokenItem] = field(default_factory=list)

    def add(self, made: Made) -> None:
        self.dossiers.extend(made.dossiers)
        self.entries.extend(made.entries)
        self.silent.update(made.silent)

    def plant(self, rule: str, made: Made) -> None:
        self.add(made)
        code = made.dossiers[0].code if made.dossiers else made.entries[0].code
        self.planted.append((rule, code))


def grow(
    *,
    seed: int,
    size: int,
    now: int,
    calendar: Calendar,
    register: Register,
    broken: int,
    plant_share: float,
) -> Content:
    """The content for ``size`` dossiers (portal-only phantoms come on top)."""
    rng = Random(seed)
    maker = Maker(rng, calendar, now, register)
    content = Content()
    for rule, planting in _schedule(rng, size, plant_share):
        if planting is None:
            _ordinary(maker, content)
        elif rule:
            content.plant(rule, planting[0](maker, planting[1]))
        else:
            content.add(planting[0](maker, planting[1]))
    _break(maker, content, broken)
    return content


def _schedule(
    rng: Random, size: int, plant_share: float
) -> list[tuple[str, tuple[Planting, int] | None]]:
    """What to make, in a shuffled order: plants, decoys and ordinary dossiers."""
    each = max(_EACH, round(size * plant_share / len(PLANTS)))
    plan: list[tuple[str, tuple[Planting, int] | None]] = [
        (rule, (planting, i)) for rule, planting in PLANTS.items() for i in _run(rng, each)
    ]
    plan += [("", (decoy, i)) for decoy in DECOYS for i in _run(rng, max(2, each // 3))]
    rest = size - sum(_dossiers_of(planting) for _, planting in plan)
    plan += [("", None)] * max(0, rest)
    rng.shuffle(plan)
    return plan


def _run(rng: Random, count: int) -> range:
    """Running numbers from a drawn start, so that small worlds differ in the ways they break."""
    start = rng.randrange(420)
    return range(start, start + count)


def _dossiers_of(planting: tuple[Planting, int] | None) -> int:
    if planting is None:
        return 1
    return {"a8": 0, "fresh_phantom": 0, "reused_code": 2}.get(planting[0].__name__, 1)


def _ordinary(maker: Maker, content: Content) -> None:
    d = maker.ordinary()
    content.dossiers.append(d)
    entry = maker.portal_copy(d)
    if entry is not None:
        content.entries.append(entry)


def _break(maker: Maker, content: Content, each: int) -> None:
    for running in range(each):
        for kind in range(len(KINDS)):
            content.broken.append(_broken(maker, kind, running))
        content.broken.append(_duplicate(maker, content))


def _broken(maker: Maker, kind: int, running: int) -> BrokenItem:
    d = maker.ordinary(3, "broken")
    code = maker.fresh_code(d.unit, day_of(d.acted))
    applied = wire_time(d.acted * 1000)
    seed = Seedbed(d.n, code, d.native_id, applied, wire_time(d.changed))
    return broken_item(seed, kind, running, d.changed)


def _duplicate(maker: Maker, content: Content) -> BrokenItem:
    candidates = [d for d in content.dossiers[:500] if d.story == "ordinary"]
    d = candidates[maker.below(len(candidates))]
    n = maker.ordinary(3, "broken").n
    older = as_it_was(d)
    register = maker.register
    return older_duplicate(n, d, lambda: list_item(older, register), older.changed)
