"""Grows the content of a world from a seed: ordinary dossiers, plants, decoys, broken items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from khop.sandbox.world.broken import KINDS, BrokenItem, broken_item, older_duplicate
from khop.sandbox.world.calendar import Calendar, day_of
from khop.sandbox.world.decoys import DECOYS
from khop.sandbox.world.decoys_evidence import DECOYS_OF_EVIDENCE
from khop.sandbox.world.dossiers import Dossier, PortalEntry, canonical
from khop.sandbox.world.paper import LogbookRow, RegisterRow
from khop.sandbox.world.paper_growth import Clerk, rows_of_broken, spoilt_rows
from khop.sandbox.world.plants import PLANTS, Made, Planting
from khop.sandbox.world.plants_evidence import PLANTS_OF_EVIDENCE
from khop.sandbox.world.plants_history import DECOYS_OF_HISTORY, PLANTS_OF_HISTORY
from khop.sandbox.world.post_events import Event, usual_events
from khop.sandbox.world.register import Register
from khop.sandbox.world.timeline import Maker

#: The smallest world that holds three of every plant and each decoy.
SMALLEST = 150
_EACH = 3
#: What may speak of a dossier.
Told = Dossier | PortalEntry | LogbookRow | RegisterRow


@dataclass(slots=True)
class Content:
    """What was grown. ``planted`` names the rule each plant was made for, with the code or, of a
    row without a code, the row's ``n``; ``told`` the codes whose evidence was made by hand."""

    dossiers: list[Dossier] = field(default_factory=list)
    entries: list[PortalEntry] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    planted: list[tuple[str, str | int]] = field(default_factory=list)
    decoys: list[tuple[str, tuple[str | int, ...]]] = field(default_factory=list)
    broken: list[BrokenItem] = field(default_factory=list)
    logbook: list[LogbookRow] = field(default_factory=list)
    register: list[RegisterRow] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def add(self, made: Made) -> None:
        self.dossiers.extend(made.dossiers)
        self.entries.extend(made.entries)
        self.silent.update(made.silent)
        self.logbook.extend(made.logbook)
        self.register.extend(made.register)
        self.events.extend(made.events)
        if made.told:
            self.told.update(d.code for d in made.dossiers)

    def plant(self, rule: str, made: Made) -> None:
        self.add(made)
        told: list[Told] = [*made.dossiers, *made.entries]
        if rule in ("A1", "A2"):
            told = [*(made.logbook if rule == "A1" else made.register)]
        self.planted.append((rule, _subject(told[0])))

    def decoy(self, name: str, made: Made) -> None:
        self.add(made)
        told: list[Told] = [*made.dossiers, *made.entries, *made.logbook, *made.register]
        self.decoys.append((name, tuple(dict.fromkeys(_subject(each) for each in told))))


def _subject(told: Told) -> str | int:
    if isinstance(told, LogbookRow | RegisterRow) and told.code is None:
        return told.n
    return canonical(told.code or "")


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
    """The content for ``size`` dossiers (what only portal or paper knows comes on top)."""
    rng = Random(seed)
    maker = Maker(rng, calendar, now, register)
    content = Content()
    for rule, planting, running in _schedule(rng, size, plant_share):
        made = planting(maker, running)
        if rule:
            content.plant(rule, made)
        else:
            content.decoy(planting.__name__, made)
    while len(content.dossiers) < size:
        _ordinary(maker, content)
    _tell(maker, content, seed)
    _break(maker, content, broken)
    return content


def _schedule(rng: Random, size: int, plant_share: float) -> list[tuple[str, Planting, int]]:
    """(rule, "" for a decoy; what to make; its running number), in a shuffled order."""
    plants = {**PLANTS, **PLANTS_OF_EVIDENCE, **PLANTS_OF_HISTORY}
    each = max(_EACH, round(size * plant_share / len(plants)))
    plan = [(rule, make, i) for rule, make in plants.items() for i in _run(rng, each)]
    decoys = (*DECOYS, *DECOYS_OF_EVIDENCE, *DECOYS_OF_HISTORY)
    plan += [("", make, i) for make in decoys for i in _run(rng, max(1, each // 3))]
    rng.shuffle(plan)
    return plan


def _run(rng: Random, count: int) -> range:
    """Running numbers from a drawn start, so that small worlds differ in the ways they break."""
    start = rng.randrange(420)
    return range(start, start + count)


def _ordinary(maker: Maker, content: Content) -> None:
    d = maker.ordinary()
    content.dossiers.append(d)
    entry = maker.portal_copy(d)
    if entry is not None:
        content.entries.append(entry)


def _tell(maker: Maker, content: Content, seed: int) -> None:
    """What paper and post tell of the dossiers of which nothing was made up."""
    natives = Counter(d.code for d in content.dossiers)
    usual = [d for d in content.dossiers if natives[d.code] == 1 and d.code not in content.told]
    content.events.extend(usual_events(usual, maker.register, seed=seed, now=maker.now))
    clerk = Clerk(maker, Random(f"{seed}/paper"))
    content.logbook.extend(clerk.logbook(usual))
    content.register.extend(clerk.register(usual))


def _break(maker: Maker, content: Content, each: int) -> None:
    if each:
        content.broken.extend(_broken_items(maker, content, each))
        ordinary = [d for d in content.dossiers if d.story == "ordinary"]
        for rows in (spoilt_rows(maker, ordinary, each), rows_of_broken(maker, content.broken)):
            content.logbook.extend(rows[0])
            content.register.extend(rows[1])


def _broken_items(maker: Maker, content: Content, each: int) -> Iterator[BrokenItem]:
    for running in range(each):
        for kind in KINDS:
            yield _broken(maker, kind, running)
        yield _duplicate(maker, content)


def _broken(maker: Maker, kind: str, running: int) -> BrokenItem:
    d = maker.ordinary(3, "broken")
    code = maker.fresh_code(d.unit, day_of(d.acted))
    return broken_item(replace(d, code=code), kind, running)


def _duplicate(maker: Maker, content: Content) -> BrokenItem:
    candidates = [d for d in content.dossiers if d.story == "ordinary"][:500]
    d = candidates[maker.below(len(candidates))]
    return older_duplicate(maker.ordinary(3, "broken").n, d)
