"""The world: the same for the same seed, consistent, and safe to change."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from khop.sandbox import World
from khop.sandbox.igate.broken_items import broken_json
from khop.sandbox.igate.wire import detail
from khop.sandbox.world.calendar import Calendar, to_date
from khop.sandbox.world.dossiers import history

NOW = datetime(2026, 8, 24, 9, 30, tzinfo=UTC)


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def test_the_same_seed_gives_the_same_world() -> None:
    first, second = (World.generate(seed=3, size=200, now=NOW, broken=1) for _ in range(2))
    other = World.generate(seed=4, size=200, now=NOW, broken=1)

    assert list(first.dossiers) == list(second.dossiers)
    assert first.portal == second.portal
    assert first.truth == second.truth
    assert list(first.dossiers) != list(other.dossiers)


def test_a_world_has_the_size_asked_for_and_every_state_and_channel() -> None:
    world = World.generate(seed=1, size=2000, now=NOW)

    dossiers = list(world.dossiers)
    assert len(dossiers) == 2000
    assert {d.status for d in dossiers} == set(range(11))
    assert {d.channel for d in dossiers} == {0, 1, 2, 3}
    assert max(Counter(d.code for d in dossiers).values()) == 2


def test_only_plants_have_times_after_now() -> None:
    world = World.generate(seed=1, size=2000, now=NOW)
    now = world.now.timestamp()

    ordinary = [d for d in world.dossiers if d.story == "ordinary"]
    for d in ordinary:
        moments = [d.submitted, d.received, d.finished, d.returned]
        known = [moment for moment in moments if moment is not None]
        assert known == sorted(known)
        assert d.changed <= now * 1000
        steps = [moment for moment, _ in history(d)]
        assert steps == sorted(set(steps))
        assert steps[-1] <= now
    assert len(ordinary) > 1500


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-20", 3, "2026-11-26"),
        ("2026-11-23", 1, "2026-11-25"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2025-12-31", 5, "2026-01-09"),
        ("2025-12-31", 6, "2026-01-10"),
        ("2026-08-21", 1, "2026-08-22"),
        ("2026-08-28", 1, "2026-09-03"),
        ("2026-04-24", 3, "2026-05-04"),
        ("2026-08-22", 2, "2026-08-25"),
        ("2026-11-20", 15, "2026-12-14"),
        ("2026-12-30", 5, "2027-01-07"),
    ],
)
def test_working_days_are_those_of_the_notices(start: str, count: int, end: str) -> None:
    calendar = Calendar(2025, 2027)

    assert to_date(calendar.after(day(start), count)) == date.fromisoformat(end)


def test_a_touched_dossier_is_the_last_changed_without_a_new_finding() -> None:
    world = World.generate(seed=3, size=200, now=NOW)
    code = next(d.code for d in world.dossiers if d.story == "ordinary")

    world.touch(code)

    assert world.rows[-1] is world.current_record(code)
    assert [row.order_key for row in world.rows] == sorted(row.order_key for row in world.rows)
    assert world.findings() == world.truth


def test_touching_at_random_changes_no_finding() -> None:
    world = World.generate(seed=3, size=200, now=NOW)

    touched = {world.touch_any(draw) for draw in range(60)}

    assert len(touched) > 20
    assert world.findings() == world.truth


def test_a_changed_state_is_in_the_history() -> None:
    world = World.generate(seed=3, size=200, now=NOW)
    d = next(d for d in world.dossiers if d.status == 4 and d.story == "ordinary")
    before = history(d)

    world.change_status(d.code, 10)

    assert history(d)[:-1] == before
    assert history(d)[-1] == (d.acted, 10)
    assert d.finished == d.returned == d.acted
    assert detail(d, world.register)["dossierStatus"]["id"] == 4


def test_unknown_codes_and_states_are_refused() -> None:
    world = World.generate(seed=3, size=200, now=NOW)
    with pytest.raises(KeyError):
        world.touch("H99.01-260101-9999")
    with pytest.raises(ValueError, match="state"):
        world.change_status(next(iter(world.dossiers)).code, 11)
    with pytest.raises(ValueError, match="zone"):
        World.generate(seed=1, size=200, now=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="180"):
        World.generate(seed=1, size=10, now=NOW)


def test_broken_items_are_listed_and_have_no_finding() -> None:
    world = World.generate(seed=3, size=200, now=NOW, broken=2)

    kinds = Counter(item.kind for item in world.broken)
    assert set(kinds.values()) == {2}
    assert len(kinds) == 11
    sound = World.generate(seed=3, size=200, now=NOW)
    assert [(f.rule, f.code) for f in world.truth] == [(f.rule, f.code) for f in sound.truth]
    for item in world.broken:
        built = broken_json(item, world.register)
        native_id = built.get("id") if isinstance(built, dict) else None
        assert native_id == item.native_id


def test_an_older_duplicate_has_another_state_than_the_dossier() -> None:
    world = World.generate(seed=3, size=200, now=NOW, broken=1)
    older = next(item for item in world.broken if item.kind == "older_duplicate")

    assert older.native_id is not None
    d = world.by_native_id(older.native_id)
    assert d is not None
    assert older.changed < d.changed
    assert (
        broken_json(older, world.register)["dossierStatus"]
        != detail(d, world.register)["dossierStatus"]
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("/x?applicant-name=Nguy%E1%BB%85n+V%C4%83n+M%E1%BA%ABu", "name"),
        ("/x?q=tran%20van%20mau", "name"),
        ("/x?identity-number=099000000005", "identity number"),
        ("/x?identity-number=99000000005", "identity number"),
        ("/x?phone=0990000005", "phone"),
        ("/x?phone=%2B84990000005", "phone"),
        ("/pa/dossier/68a53f0c0000000000000005/--online", None),
        ("/pa/dossier/search?code-match=H99.18.03-260820-0990001&page=0", None),
        ("/pa/dossier/search?accepted-from=20%2F08%2F2026", None),
    ],
)
def test_personal_data_is_recognised(text: str, kind: str | None) -> None:
    assert World.generate(seed=1, size=200, now=NOW).register.personal(text) == kind
