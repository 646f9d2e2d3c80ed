"""Generates the content of a world: ordinary dossiers, plants, decoys and broken items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from khop.sandbox.world.broken_items import KINDS, BrokenItem, broken_item, older_duplicate
from khop.sandbox.world.calendar import day_of
from khop.sandbox.world.decoys import DECOYS
from khop.sandbox.world.decoys_evidence import DECOYS_OF_EVIDENCE
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import Dossier, PortalEntry, canonical
from khop.sandbox.world.paper import LogbookRow, RegisterRow
from khop.sandbox.world.paper_rows import PaperKeeper, rows_of_broken, rows_with_bad_dates
from khop.sandbox.world.plants import PLANTS, Additions, PlantMaker
from khop.sandbox.world.plants_deadlines import DECOYS_OF_DEADLINES, PLANTS_OF_DEADLINES
from khop.sandbox.world.plants_evidence import PLANTS_OF_EVIDENCE
from khop.sandbox.world.plants_history import DECOYS_OF_HISTORY, PLANTS_OF_HISTORY
from khop.sandbox.world.post_events import Event, usual_events

#: The smallest world that holds three of every plant and each decoy.
SMALLEST = 180
_EACH = 3
#: A record of a dossier, in any system or on paper.
Record = Dossier | PortalEntry | LogbookRow | RegisterRow


@dataclass(slots=True)
class Content:
    """The content of a world.

    ``planted``: the rule of each plant, with its code or, for a row without a code, the row's
    ``n``. ``decoys``: the name of each decoy, with its codes. ``unanswered``: codes whose look-up
    gives no answer. ``with_evidence``: codes of plants and decoys that have their own rows on
    paper or scans of the post.
    """

    dossiers: list[Dossier] = field(default_factory=list)
    entries: list[PortalEntry] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)
    planted: list[tuple[str, str | int]] = field(default_factory=list)
    decoys: list[tuple[str, tuple[str | int, ...]]] = field(default_factory=list)
    broken: list[BrokenItem] = field(default_factory=list)
    logbook: list[LogbookRow] = field(default_factory=list)
    register: list[RegisterRow] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    with_evidence: set[str] = field(default_factory=set)

    def add(self, made: Additions) -> None:
        self.dossiers.extend(made.dossiers)
        self.entries.extend(made.entries)
        self.unanswered.update(made.unanswered)
        self.logbook.extend(made.logbook)
        self.register.extend(made.register)
        self.events.extend(made.events)
        if made.has_evidence:
            self.with_evidence.update(d.code for d in made.dossiers)

    def plant(self, rule: str, made: Additions) -> None:
        self.add(made)
        records: list[Record] = [*made.dossiers, *made.entries]
        if rule in ("A1", "A2"):
            records = [*(made.logbook if rule == "A1" else made.register)]
        self.planted.append((rule, _subject(records[0])))

    def decoy(self, name: str, made: Additions) -> None:
        self.add(made)
        records: list[Record] = [*made.dossiers, *made.entries, *made.logbook, *made.register]
        self.decoys.append((name, tuple(dict.fromkeys(map(_subject, records)))))


def _subject(record: Record) -> str | int:
    if isinstance(record, LogbookRow | RegisterRow) and record.code is None:
        return record.n
    return canonical(record.code or "")


def generate_content(
    maker: DossierMaker, *, seed: int, size: int, broken: int, plant_share: float
) -> Content:
    """The content for ``size`` dossiers in the one-stop. Records that only the portal or paper has
    come in addition."""
    content = Content()
    for rule, make, running in _schedule(maker.rng, size, plant_share):
        made = make(maker, running)
        if rule:
            content.plant(rule, made)
        else:
            content.decoy(make.__name__, made)
    while len(content.dossiers) < size:
        _ordinary(maker, content)
    _add_evidence(maker, content, seed)
    _add_broken(maker, content, broken)
    return content


def _schedule(rng: Random, size: int, plant_share: float) -> list[tuple[str, PlantMaker, int]]:
    """(rule, or "" for a decoy; maker; running number), in random order."""
    plants = {**PLANTS, **PLANTS_OF_EVIDENCE, **PLANTS_OF_HISTORY, **PLANTS_OF_DEADLINES}
    each = max(_EACH, round(size * plant_share / len(plants)))
    plan = [(rule, make, i) for rule, make in plants.items() for i in _run(rng, each)]
    decoys = (*DECOYS, *DECOYS_OF_EVIDENCE, *DECOYS_OF_HISTORY, *DECOYS_OF_DEADLINES)
    plan += [("", make, i) for make in decoys for i in _run(rng, max(1, each // 3))]
    rng.shuffle(plan)
    return plan


def _run(rng: Random, count: int) -> range:
    """Running numbers from a random start, so that small worlds have different variants."""
    start = rng.randrange(420)
    return range(start, start + count)


def _ordinary(maker: DossierMaker, content: Content) -> None:
    d = maker.ordinary()
    content.dossiers.append(d)
    entry = maker.portal_copy(d)
    if entry is not None:
        content.entries.append(entry)


def _add_evidence(maker: DossierMaker, content: Content, seed: int) -> None:
    """Rows on paper and scans of the post for the dossiers that have none of their own yet."""
    natives = Counter(d.code for d in content.dossiers)
    usual = [
        d for d in content.dossiers if natives[d.code] == 1 and d.code not in content.with_evidence
    ]
    content.events.extend(usual_events(usual, maker.register, seed=seed, now=maker.now))
    clerk = PaperKeeper(maker, Random(f"{seed}/paper"))
    content.logbook.extend(clerk.logbook(usual))
    content.register.extend(clerk.register(usual))


def _add_broken(maker: DossierMaker, content: Content, each: int) -> None:
    if each:
        content.broken.extend(_broken_items(maker, content, each))
        ordinary = [d for d in content.dossiers if d.story == "ordinary"]
        for rows in (
            rows_with_bad_dates(maker, ordinary, each),
            rows_of_broken(maker, content.broken),
        ):
            content.logbook.extend(rows[0])
            content.register.extend(rows[1])


def _broken_items(maker: DossierMaker, content: Content, each: int) -> Iterator[BrokenItem]:
    for running in range(each):
        for kind in KINDS:
            yield _broken(maker, kind, running)
        yield _duplicate(maker, content)


def _broken(maker: DossierMaker, kind: str, running: int) -> BrokenItem:
    d = maker.ordinary(3, "broken")
    code = maker.fresh_code(d.unit, day_of(d.acted))
    return broken_item(replace(d, code=code), kind, running)


def _duplicate(maker: DossierMaker, content: Content) -> BrokenItem:
    candidates = [d for d in content.dossiers if d.story == "ordinary"][:500]
    d = candidates[maker.random_below(len(candidates))]
    return older_duplicate(maker.ordinary(3, "broken").n, d)
