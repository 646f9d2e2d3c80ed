"""An incremental reconcile finds what a whole one finds, whatever happened in between."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from khop.adapters.ports import PaperFile, Role
from khop.config.domain_tables import Tables
from khop.errors import KhopError
from khop.mappings.records import (
    DossierReading,
    DossierRecord,
    PaperKind,
    PaperRow,
    Reject,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.sync.ledger import (
    Ledger,
    create_ledger,
    finding_counts,
    presence,
    quarantine,
    records,
)
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger.cursor import Cursor, save_cursor
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import dirty, discrepancy, last_reconcile
from khop.sync.privacy import Privacy
from khop.sync.reconciling.reconcile import Reconciled, Scope, reconcile
from khop.sync.reconciling.rule_query import judge
from khop.sync.reconciling.rules import RULES, Clock
from tests.ledgers import keyed
from tests.sync.fakes import NOW, at, record
from tests.sync.papers import logbook_row
from tests.tiers import examples

SCOPE = Scope(sources=("dvcqg", "igate", "logbook", "register", "vnpost"), one_stops=("igate",))
TABLES = Tables()
START = datetime(2026, 11, 18, 9, tzinfo=UTC)
#: Around a weekend, the holiday of 24 November, and further away.
MOMENTS = [START + timedelta(hours=hours) for hours in (0, 3, 15, 24, 63, 110, 140, 170, 400, 900)]
TIMES = [None, at(2), at(10), at(16), at(17), at(18), at(19), at(20), at(25), at(9, month=12)]
CODES = [record(number).code for number in range(1, 4)]
ALIAS = "G22.99-261110-000777"


@contextmanager
def new_ledger() -> Iterator[tuple[Ledger, Privacy]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'khop.db'}"
        create_ledger(url)
        ledger = keyed(url, Path(folder))
        with closing(ledger):
            yield ledger, Privacy(Path(folder) / "khop.key")


@contextmanager
def copy_of(ledger: Ledger) -> Iterator[Ledger]:
    path = Path(ledger.url.removeprefix("sqlite:///"))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "copy.db"
        with ledger.write():  # keeps others from writing while it is copied
            for suffix in ("", "-wal"):
                if (there := path.with_name(path.name + suffix)).exists():
                    shutil.copy(there, target.with_name(target.name + suffix))
        shutil.copy(path.with_name("khop.key"), folder)
        copied = keyed(f"sqlite:///{target}", Path(folder))
        with closing(copied):
            yield copied


def run(ledger: Ledger, now: datetime, *, whole: bool = False) -> Reconciled:
    return reconcile(ledger, Clock(now, TABLES), SCOPE, whole=whole)


def findings(ledger: Ledger) -> list[tuple[Any, ...]]:
    """Every column of the findings that are not resolved, without times."""
    query = sa.select(
        *(discrepancy.c[name] for name in ("rule", "subject", "code", "state", "severity", "unit")),
        *(discrepancy.c[name] for name in ("fingerprint", "values_json", "evidence_json")),
    ).where(discrepancy.c.state != "resolved")
    with ledger.read() as connection:
        assert list(finding_counts.differences(connection)) == []
        return sorted(tuple(row) for row in connection.execute(query))


def numbers(done: Reconciled) -> dict[str, tuple[int, int]]:
    """(open, excluded) by rule. An increment does not count all findings, a whole run does."""
    return {count.rule: (count.open, count.excluded) for count in done.counts}


Happening = Callable[[sa.Connection, Privacy], object]
times = st.sampled_from(TIMES)


def _drawn_times(draw: st.DrawFn, *names: str) -> dict[str, Any]:
    return {f"{name}_at": draw(times) for name in names}


@st.composite
def dossiers(draw: st.DrawFn) -> Happening:
    """A record of the one-stop is read, with its history or without."""
    number = draw(st.integers(1, 3))
    ours = replace(
        record(number),
        native_id=draw(st.sampled_from([f"{number:024x}", "f" * 24])),
        code=draw(st.sampled_from([CODES[number - 1], *CODES])),
        status=draw(st.sampled_from([*Status, None])),
        status_raw="lạ",
        aliases=draw(st.sampled_from([(), (), (ALIAS,), (CODES[0],)])),
        **_drawn_times(draw, "submitted", "received", "due", "finished"),
        **_drawn_times(draw, "returned", "changed", "entered"),
        applicant_key=draw(st.sampled_from(["a", "b", None])),
    )
    history = draw(st.none() | st.lists(st.tuples(st.sampled_from(Status), times), max_size=3))

    def happen(connection: sa.Connection, _: Privacy) -> None:
        steps = history and tuple(
            StatusRecord("igate", ours.native_id, f"{i}", ours.code, StatusKind.STATUS, when, state)
            for i, (state, when) in enumerate(history)
        )
        arrival = Arrival(
            DossierReading(ours, None if history is None else steps or ()), record_hash(ours)
        )
        records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)

    return happen


@st.composite
def answers(draw: st.DrawFn) -> Happening:
    """A code is looked up on the portal, which answers or does not."""
    code = draw(st.sampled_from([*CODES, ALIAS, "H99.99-261101-0001"]))
    kind = draw(st.sampled_from(["absent", "present", "silent", "named"]))
    theirs = DossierRecord(
        "dvcqg",
        code,
        code,
        status=draw(st.sampled_from(Status)),
        **_drawn_times(draw, "submitted", "received", "due", "finished"),
    )
    checked = draw(st.integers(1, 5))

    def happen(connection: sa.Connection, _: Privacy) -> None:
        if kind == "silent":
            presence.failed(connection, "dvcqg", [(code, "không trả lời")], checked)
        elif kind == "named":
            presence.name_codes(connection, "dvcqg", [code])
        else:
            found = theirs if kind == "present" else None
            presence.answered(connection, "dvcqg", [(code, found)], checked)

    return happen


@st.composite
def scans(draw: st.DrawFn) -> Happening:
    """An event of the post is read."""
    code = draw(st.sampled_from([*CODES, ALIAS]))
    kind = draw(st.sampled_from([StatusKind.HANDED_TO_POST, StatusKind.DELIVERED]))
    event = StatusRecord(
        "vnpost",
        code,
        draw(st.sampled_from("abc")),
        code,
        kind,
        draw(times),
        item=draw(st.sampled_from([None, "W1", "W2"])),
    )
    return lambda connection, _: records.store_events(connection, [event])


@st.composite
def books(draw: st.DrawFn) -> Happening:
    """A file of rows is read again: rows are new, changed or gone."""
    kind = draw(st.sampled_from([PaperKind.LOGBOOK, PaperKind.REGISTER]))
    keys = draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=3))
    rows = [
        PaperRow(
            kind,
            f"{kind.value}-{key}",
            "Sổ",
            number,
            code=draw(st.sampled_from([None, *CODES, ALIAS, "H99.98-261101-0007"])),
            unit="UBND xã Mẫu",
            procedure="1.001612",
            applicant_key=draw(st.sampled_from(["a", "b", None])),
            received_at=draw(times),
            returned_at=draw(times),
            signed_at=draw(times),
        )
        for number, key in enumerate(keys, start=1)
    ]
    file = PaperFile("so.xlsx", repr(rows))

    def happen(connection: sa.Connection, privacy: Privacy) -> None:
        paper.store_file(connection, kind.value, paper.FileRead(file, rows, ()), privacy, 1)

    return happen


@st.composite
def bad_records(draw: st.DrawFn) -> Happening:
    """A record of the one-stop is put into quarantine, or released."""
    number = draw(st.integers(1, 3))
    native_id = f"bad{number}"
    if draw(st.booleans()):
        return lambda connection, _: quarantine.release(connection, "igate", [native_id])
    bad = Reject("agency", "là số", native_id=native_id, code=draw(st.sampled_from(CODES)))
    return lambda connection, privacy: quarantine.put(connection, "igate", [bad], privacy, 1)


happenings = st.one_of(dossiers(), answers(), scans(), books(), bad_records())
cycles = st.lists(
    st.tuples(st.lists(happenings, max_size=3), st.sampled_from(MOMENTS)), min_size=1, max_size=5
)


@pytest.mark.slow
@given(cycles)
@settings(max_examples=examples(fast=4, full=40))
def test_an_increment_finds_what_a_whole_run_finds(
    rounds: list[tuple[list[Happening], datetime]],
) -> None:
    with new_ledger() as (ledger, privacy):
        with ledger.write() as connection:
            save_cursor(connection, "igate", Cursor(complete=True))
        for what, _ in rounds[:1]:
            happen_all(ledger, privacy, what)
        now = START
        run(ledger, now)
        for what, moment in rounds:
            happen_all(ledger, privacy, what)
            now = max(now, moment)
            done = run(ledger, now)
            assert done.subjects is not None
            with copy_of(ledger) as copy:
                again = run(copy, now, whole=True)
                assert findings(copy) == findings(ledger)
                assert numbers(again) == numbers(done)


def test_a_rule_with_a_limit_of_its_own_is_checked_again_when_the_limit_passes(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = replace(
        RULES["B10"],
        id="B99",
        predicate=lambda case, clock: clock.older(case.os_finished_us, days=3),
        shows=("os_finished",),
    )
    monkeypatch.setitem(RULES, "B99", waiting)
    ours = record(1, status=Status.FINISHED, finished_at=at(13))  # a Friday
    with ledger.write() as connection:
        arrival = Arrival(DossierReading(ours), record_hash(ours))
        records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
    days = [datetime(2026, 11, day, 3, tzinfo=UTC) for day in (17, 18, 19)]
    found = [
        [count.open for count in run(ledger, now).counts if count.rule == "B99"] for now in days
    ]
    assert found == [[0], [0], [1]]


def test_a_run_after_an_aborted_one_looks_at_its_dossiers_again(
    ledger: Ledger, privacy: Privacy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row of paper gets a candidate, and the run ends before its finding is resolved."""
    row = logbook_row(1)
    with ledger.write() as connection:
        save_cursor(connection, "igate", Cursor(complete=True))
        read = paper.FileRead(PaperFile("so.xlsx", "1"), [row], ())
        paper.store_file(connection, "logbook", read, privacy, 1)
    run(ledger, NOW)
    assert [finding[0] for finding in findings(ledger)] == ["A1"]
    with ledger.write() as connection:
        arrival = Arrival(DossierReading(record(1)), record_hash(record(1)))
        records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
    with monkeypatch.context() as patched:
        patched.setattr("khop.sync.reconciling.reconcile.case_buckets", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            run(ledger, NOW)
    assert run(ledger, NOW).subjects is not None
    assert findings(ledger) == []


def test_what_a_pull_stores_while_the_first_reconcile_runs_is_looked_at_by_the_second(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first reconcile a page marks one of its codes alone, since that looks at all."""
    late = [record(n, status=Status.FINISHED, finished_at=at(2)) for n in (1, 2, 3)]
    store(ledger, record(4), record(5))
    assert len(marked(ledger)) == 1

    def judged_before_the_page_comes(*given: Any) -> None:
        judge(*given)
        store(ledger, *late)

    with monkeypatch.context() as patched:
        patched.setattr("khop.sync.reconciling.reconcile.judge", judged_before_the_page_comes)
        assert run(ledger, NOW).cases == 2
    assert marked(ledger) == {ours.code for ours in late}
    assert run(ledger, NOW).subjects == len(late)
    with copy_of(ledger) as copy:
        run(copy, NOW, whole=True)
        assert findings(copy) == findings(ledger)
    assert len({finding[2] for finding in findings(ledger)}) == len(late)


def test_after_a_first_reconcile_that_was_cut_off_every_code_is_marked(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("khop.sync.reconciling.reconcile.case_buckets", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            run(ledger, NOW)
    store(ledger, record(1), record(2))
    assert marked(ledger) == {record(1).code, record(2).code}
    assert run(ledger, NOW).subjects is None


def store(ledger: Ledger, *ours: DossierRecord) -> None:
    with ledger.write() as connection:
        arrivals = [Arrival(DossierReading(each), record_hash(each)) for each in ours]
        records.store_arrivals(connection, Role.ONE_STOP, arrivals, 1)


def marked(ledger: Ledger) -> set[str]:
    with ledger.read() as connection:
        return set(connection.scalars(sa.select(dirty.c.code)))


def _cut_off(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("year", [1989, 2101])
def test_a_moment_outside_of_the_calendar_is_refused_before_anything_is_written(
    year: int, ledger: Ledger
) -> None:
    with pytest.raises(KhopError, match="cannot run at"):
        run(ledger, datetime(year, 6, 1, tzinfo=UTC))
    with ledger.read() as connection:
        assert connection.execute(sa.select(last_reconcile)).all() == []


def happen_all(ledger: Ledger, privacy: Privacy, what: list[Happening]) -> None:
    with ledger.write() as connection:
        for happen in what:
            happen(connection, privacy)
