"""A process that is killed at each instant of its work, one after the other: the next process
finishes the work, and nothing is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Adapter, Role
from khop.config.repair import RepairPolicy
from khop.mappings.records import PaperKind, Status
from khop.sync.engine import Engine
from khop.sync.ledger.records import count_known
from khop.sync.ledger.schema import outbox, paper_row, presence, progress_step
from khop.sync.results import PolicyState
from tests.sync.fakes import FakeClock, at, record
from tests.sync.installation import Fuse, Installation, Killed, template
from tests.sync.papers import FakePapers, logbook_row
from tests.sync.province import CheckingPortal, OneStop

pytestmark = pytest.mark.slow

__all__ = ["template"]

#: More instants than any of the operations below has.
MANY = 200
#: Progress steps that the portal needs of the dossiers below: two new ones, one that changed.
STEPS = 5
#: Only ``RepairPolicies.run`` does something by it.
POLICY = RepairPolicy(
    name="all", rules=("A7", "B6", "B11", "C12", "C14"), hours="00:00-24:00", working_days=False
)


class Office:
    """A one-stop, a portal, and khop between them."""

    def __init__(self, folder: Path, ledger: Path, *adapters: Adapter) -> None:
        self.clock, self.fuse = FakeClock(), Fuse()
        # With a total the engine would find missing rows by the total alone.
        self.one_stop = OneStop(fuse=self.fuse, tells_total=False)
        self.portal = CheckingPortal(fuse=self.fuse, one_stop=self.one_stop)
        self.one_stop.put(
            *(record(n, changed_at=at(3, second=n)) for n in (1, 2, 3)),
            record(4, status=Status.FINISHED, finished_at=at(12), changed_at=at(13)),
        )
        self.portal.hold(record(4, status=Status.RECEIVED), record(3))
        folder.mkdir()
        systems: tuple[Adapter, ...] = (self.one_stop, self.portal, *adapters)
        self.khop = Installation(folder, ledger, self.clock, self.fuse, *systems, policies=[POLICY])

    def is_killed(self, instant: int, work: Callable[[Engine], object]) -> bool:
        """Whether the process was killed at this instant of the work; then it is started again."""
        self.clock.advance(minutes=1)
        self.fuse.left = instant
        try:
            work(self.khop.engine)
        except Killed:
            self.khop.restart()
            return True
        finally:
            self.fuse.left = None
        return False


def at_every_instant(
    folder: Path,
    ledger: Path,
    work: Callable[[Engine], object],
    *adapters: Adapter,
    days: int = 0,
) -> Iterator[Office]:
    """An office for each instant of the work, after the process was killed at it. ``days``: after
    its usual time."""
    for instant in range(1, MANY):
        office = Office(folder / str(instant), ledger, *adapters)
        office.clock.advance(days=days, minutes=5 * bool(days))
        try:
            if not office.is_killed(instant, work):
                assert instant > 5, "too few instants were tried"
                return
            yield office
        finally:
            office.khop.close()
    raise AssertionError("the work does not end")


def test_a_killed_pull_loses_no_record_and_no_look_up(template: Path, tmp_path: Path) -> None:
    for office in at_every_instant(tmp_path, template, lambda engine: engine.pull()):
        office.khop.engine.pull()
        with office.khop.ledger.read() as connection:
            assert count_known(connection, "igate") == 4
            held = dict(connection.execute(sa.select(presence.c.code, presence.c.presence)).all())
        assert sorted(held.values()) == ["absent", "absent", "present", "present"]


def test_codes_of_a_killed_import_are_looked_up_by_the_next_pull(
    template: Path, tmp_path: Path
) -> None:
    papers = FakePapers("import_so", Role.LOGBOOK, PaperKind.LOGBOOK)
    papers.contents = {"so.xlsx": [logbook_row(1, code="H99.98-261101-0007")]}

    def work(engine: Engine) -> None:
        engine.import_files(lambda _: [papers])

    for office in at_every_instant(tmp_path, template, work):
        office.khop.engine.pull()
        with office.khop.ledger.read() as connection:
            stored = set(connection.scalars(sa.select(paper_row.c.code)))
        assert stored <= set(office.portal.asked)


@pytest.fixture
def reconciled(template: Path, tmp_path: Path) -> Path:
    """A ledger with two dossiers to create and one to update."""
    office = Office(tmp_path / "first", template)
    office.khop.engine.pull()
    office.khop.engine.reconcile()
    office.khop.close()
    ledger, *_ = office.khop.files
    return ledger


@pytest.mark.slow
def test_a_killed_apply_sends_each_dossier_and_step_once(reconciled: Path, tmp_path: Path) -> None:
    def work(engine: Engine) -> None:
        engine.apply(confirm=lambda _: True)

    for office in at_every_instant(tmp_path, reconciled, work):
        work(office.khop.engine)
        assert office.portal.breaches == []
        assert {code: one.status for code, one in office.portal.dossiers.items()} == {
            one.code: one.status for one in office.one_stop.dossiers.values()
        }
        arrived = sum(map(len, office.portal.steps.values()))
        with office.khop.ledger.read() as connection:
            noted = Counter(connection.scalars(sa.select(progress_step.c.state)))
        assert noted["sent"] + noted["unknown"] == STEPS
        assert noted["sent"] <= arrived <= STEPS
        assert office.khop.engine.plan().items == ()


@pytest.fixture
def confirmed(reconciled: Path, tmp_path: Path) -> Path:
    """The same ledger after a second look-up and reconcile."""
    office = Office(tmp_path / "second", reconciled)
    office.clock.advance(days=2)
    office.khop.engine.pull()
    office.clock.advance(minutes=1)
    office.khop.engine.reconcile()
    office.khop.close()
    ledger, *_ = office.khop.files
    return ledger


@pytest.mark.slow
def test_a_killed_repair_sends_each_dossier_and_step_once(confirmed: Path, tmp_path: Path) -> None:
    def work(engine: Engine) -> None:
        engine.repair_policies.run()

    for office in at_every_instant(tmp_path, confirmed, work, days=2):
        (ended,) = office.khop.engine.repair_policies.run().policies
        assert ended.state is PolicyState.DONE
        assert office.portal.breaches == []
        assert {code: one.status for code, one in office.portal.dossiers.items()} == {
            one.code: one.status for one in office.one_stop.dossiers.values()
        }
        assert sum(map(len, office.portal.steps.values())) <= STEPS
        assert office.khop.engine.plan().items == ()
        with office.khop.ledger.read() as connection:
            assert set(connection.scalars(sa.select(outbox.c.policy))) == {"all"}
        assert office.khop.engine.verify_log().ok
