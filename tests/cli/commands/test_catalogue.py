"""khop catalogue: counts, and sources that fail."""

from __future__ import annotations

import json
from datetime import timedelta

from khop.sync.results import CatalogueSummary
from tests.cli.fakes import PutEngine, Run


def test_counts_are_printed_and_a_failed_source_is_an_error(run: Run, engine: PutEngine) -> None:
    fake = engine(read_catalogues=[CatalogueSummary("dvcqg", 34, 12, 5, 1, 0)])
    done = run("catalogue", "--all", "--older-than", "7")
    assert done.code == 0
    assert "34" in done.out
    named = fake.asked[0][2]
    assert (named["every"], named["older_than"]) == (True, timedelta(days=7))
    engine(read_catalogues=[CatalogueSummary("dvcqg", error="dvcqg login: refused")])
    done = run("catalogue", "--format", "json")
    assert done.code == 1
    assert json.loads(done.out)["sources"][0]["error"] == "dvcqg login: refused"
    assert "refused" in done.err


def test_without_a_source_with_a_catalogue_nothing_is_read(run: Run, engine: PutEngine) -> None:
    engine(read_catalogues=[])
    done = run("catalogue")
    assert done.code == 0
    assert "publishes a catalogue" in done.err
