"""``pull --sweep``, ``catalogue``, ``identity`` and ``log verify``."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from khop.errors import KhopError
from khop.sync.ledger.audit_log import ORIGIN, Head, Verified
from khop.sync.results import (
    CatalogueSummary,
    EvidenceSummary,
    FeedSummary,
    IdentityView,
    ListSummary,
    PullSummary,
)
from tests.cli.fakes import FakeEngine, Run

Put = Callable[..., FakeEngine]

CODE = "H99.18.03-261112-0001"
FEED = FeedSummary("vnpost", pages=3, fetched=7, stored=5, unchanged=1, quarantined=1)
TRACKED = EvidenceSummary("myvnpost", asked=4, events=6, stored=2, failed=1)
LISTED = ListSummary("igate", pages=1, fetched=2, stored=2)


def test_pull_shows_feeds_and_evidence_each_in_a_table(run: Run, engine: Put) -> None:
    engine(pull=PullSummary(7, (FEED, TRACKED)))
    said = run("pull")
    assert said.code == 0
    assert "Feeds of events" in said.out
    assert "Look-ups of evidence" in said.out
    assert "myvnpost: 1 look-ups got no usable answer" in said.err


def test_sweep_reads_the_last_days_again(run: Run, engine: Put) -> None:
    fake = engine(sweep=PullSummary(8, (LISTED,)))
    assert run("pull", "igate", "--sweep", "30").code == 0
    (name, args, named) = fake.asked[0]
    assert (name, args, named["days"]) == ("sweep", (["igate"],), 30)


def test_a_pull_of_what_has_nothing_to_pull_says_so(run: Run, engine: Put) -> None:
    engine(pull=PullSummary(9, ()))
    said = run("pull", "population")
    assert said.code == 0
    assert "Nothing to pull" in said.err
    assert "Pulled" not in said.err


def test_full_and_sweep_together_are_refused(run: Run, engine: Put) -> None:
    engine()
    said = run("pull", "--full", "--sweep", "3")
    assert said.code == 1
    assert "one of them" in said.err


def test_catalogue_shows_what_was_read_and_fails_with_its_source(run: Run, engine: Put) -> None:
    fake = engine(read_catalogues=[CatalogueSummary("dvcqg", 34, 12, 5, 1, 0)])
    said = run("catalogue", "--all", "--older-than", "7")
    assert said.code == 0
    assert "34" in said.out
    named = fake.asked[0][2]
    assert (named["every"], named["older_than"]) == (True, timedelta(days=7))
    engine(read_catalogues=[CatalogueSummary("dvcqg", error="dvcqg login: refused")])
    said = run("catalogue", "--format", "json")
    assert said.code == 1
    assert json.loads(said.out)["sources"][0]["error"] == "dvcqg login: refused"
    assert "refused" in said.err


def test_catalogue_without_a_source_says_so(run: Run, engine: Put) -> None:
    engine(read_catalogues=[])
    said = run("catalogue")
    assert said.code == 0
    assert "publishes a catalogue" in said.err


@pytest.mark.parametrize(
    ("verdict", "code", "told"),
    [
        ("match", 0, "belong together."),
        ("mismatch", 2, "do not belong together"),
        ("unknown", 2, "no verdict"),
    ],
)
def test_identity_tells_the_verdict(
    verdict: str, code: int, told: str, run: Run, engine: Put
) -> None:
    fake = engine(check_identity=IdentityView(CODE, "population", verdict))
    said = run("identity", CODE, "--officer", "canbo.mau")
    assert said.code == code
    assert told in said.out
    assert fake.asked[0][1:] == ((CODE,), {"officer": "canbo.mau", "source": None})


def test_identity_needs_the_officer_who_asks(run: Run, engine: Put) -> None:
    fake = engine(check_identity=IdentityView(CODE, "population", "match"))
    assert run("identity", CODE).code == 1
    assert fake.asked == []


def test_log_verify_names_the_head_or_the_first_bad_entry(run: Run, engine: Put) -> None:
    head = Head(3, "a" * 64)
    fake = engine(verify_log=Verified(3, head, None))
    said = run("log", "verify", "--anchor", str(head))
    assert said.code == 0
    assert str(head) in said.out
    assert fake.asked[0][1] == (str(head),)
    engine(verify_log=Verified(1, Head(1, ORIGIN), 2))
    said = run("log", "verify")
    assert said.code == 1
    assert "entry 2 was changed or is missing" in said.out


def test_an_anchor_that_is_none_is_an_error(run: Run, engine: Put) -> None:
    def refuse(anchor: str) -> Verified:
        raise KhopError("an anchor is NUMBER:DIGEST")

    engine(verify_log=refuse)
    said = run("log", "verify", "--anchor", "x")
    assert said.code == 1
    assert "NUMBER:DIGEST" in said.err
