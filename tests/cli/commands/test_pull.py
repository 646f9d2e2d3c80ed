"""khop pull: its options, tables, and errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.sync.results import EvidenceSummary, FeedSummary, LookupSummary, PullSummary
from tests.cli.fakes import PutEngine, Run
from tests.cli.samples import LISTED

FEED = FeedSummary("vnpost", pages=3, fetched=7, stored=5, unchanged=1, quarantined=1)
LOGBOOK = """
[province]
name = "Tỉnh Mẫu"
code = "H99"
[sources.logbook]
adapter = "logbook_file"
role = "logbook"
path = "so"
"""
TRACKED = EvidenceSummary("myvnpost", asked=4, events=6, stored=2, failed=1)


def test_sources_and_full_are_passed_to_the_engine(run: Run, engine: PutEngine) -> None:
    fake = engine(pull=PullSummary(1, ()))
    run("pull", "igate", "dvcqg", "--full")
    _, args, named = fake.asked[0]
    assert args == (["igate", "dvcqg"],)
    assert named["full"] is True
    assert fake.sources is None


def test_feeds_and_evidence_have_a_table_each(run: Run, engine: PutEngine) -> None:
    engine(pull=PullSummary(7, (FEED, TRACKED)))
    done = run("pull")
    assert done.code == 0
    assert "Feeds of events" in done.out
    assert "Look-ups of evidence" in done.out
    assert "myvnpost: 1 look-ups got no usable answer" in done.err


def test_sweep_passes_its_days_to_the_engine(run: Run, engine: PutEngine) -> None:
    fake = engine(sweep=PullSummary(8, (LISTED,)))
    assert run("pull", "igate", "--sweep", "30").code == 0
    (name, args, named) = fake.asked[0]
    assert (name, args, named["days"]) == ("sweep", (["igate"],), 30)


def test_a_pull_without_sources_prints_that_there_are_none(run: Run, engine: PutEngine) -> None:
    engine(pull=PullSummary(9, ()))
    done = run("pull", "population")
    assert done.code == 0
    assert "Nothing to pull" in done.err
    assert "Pulled" not in done.err


def test_full_and_sweep_together_are_refused(run: Run, engine: PutEngine) -> None:
    engine()
    done = run("pull", "--full", "--sweep", "3")
    assert done.code == 1
    assert "one of them" in done.err


@pytest.mark.usefixtures("declared")
def test_an_unknown_source_gets_a_suggestion(run: Run, tmp_path: Path) -> None:
    (tmp_path / "khop.toml").write_text(LOGBOOK, "utf-8")
    assert run("init").code == 0
    done = run("pull", "logbok")
    assert done.code == 1
    assert "there is no source 'logbok', did you mean logbook?; configured: logbook" in done.err


def test_a_clock_is_accepted_only_by_the_option(run: Run, engine: PutEngine) -> None:
    fake = engine(pull=PullSummary(1, ()))
    for options, accepted in (((), False), (("--accept-clock",), True)):
        run("pull", *options)
        assert fake.accepts_clock is accepted


@pytest.mark.parametrize(("error", "budget"), [(None, True), ("login refused", False)])
def test_codes_that_wait_for_an_error_do_not_wait_for_the_budget(
    run: Run, engine: PutEngine, error: str | None, budget: bool
) -> None:
    engine(pull=PullSummary(7, (LookupSummary("dvcqg", waiting=3, error=error),)))
    done = run("pull")
    assert ("lookup_budget" in done.err) is budget
    assert (error or "dvcqg") in done.err
