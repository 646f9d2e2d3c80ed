"""Findings that were found beside those of the ledger, while the ledger is written."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import discrepancy
from khop.sync.reconciling import stored_findings
from khop.sync.reconciling.batches import parts
from khop.sync.reconciling.stored_findings import Key, beside_stored
from tests.postgres import BOTH

LEDGERS = BOTH

RULES = ("A1", "A10", "A2", "B1", "D7")
SUBJECTS = [*(f"H99-{n}" for n in range(40)), "row:1", "Đ-1", "đ-1", "e\u0301", "é", "\U0001f600"]


@dataclass(frozen=True)
class OneFound:
    key: Key


def row(key: Key) -> dict[str, object]:
    rule, subject = key
    texts = ("state", "severity", "acts", "fingerprint", "values_json", "evidence_json")
    times = ("first_seen_us", "last_seen_us", "opened_us", "reopened")
    return {"rule": rule, "subject": subject, **dict.fromkeys(texts, ""), **dict.fromkeys(times, 0)}


def keys(rng: random.Random, number: int) -> set[Key]:
    return {(rng.choice(RULES), rng.choice(SUBJECTS)) for _ in range(number)}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("most", [0, 1000])
def test_each_pair_comes_once_while_new_findings_are_written(
    seed: int, most: int, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of three rows; new findings are written every five pairs. ``most``: of subjects, above
    which all findings are read."""
    monkeypatch.setattr(stored_findings, "_PAGE", 3)
    monkeypatch.setattr(stored_findings, "_MOST_SUBJECTS", most)
    rng = random.Random(seed)
    stored, found = keys(rng, rng.choice((0, 3, 90))), keys(rng, rng.choice((0, 3, 90)))
    for subjects in (None, set(rng.sample(SUBJECTS, 15))):
        seen = []
        asked = {key for key in found if subjects is None or key[1] in subjects}
        with ledger.write() as connection:
            connection.execute(sa.delete(discrepancy))
            for key in stored:
                connection.execute(sa.insert(discrepancy), row(key))
            given = [OneFound(key) for key in sorted(asked)]
            for pairs in parts(beside_stored(connection, given, subjects), 5):
                seen += pairs
                new = [row(item.key) for item, kept in pairs if item is not None and kept is None]
                if new:
                    connection.execute(sa.insert(discrepancy), new)
        pairs_seen = [
            (item and item.key, kept and (kept.rule, kept.subject)) for item, kept in seen
        ]
        expected = {key for key in stored if subjects is None or key[1] in subjects} | asked
        assert pairs_seen == [
            (key if key in asked else None, key if key in stored else None)
            for key in sorted(expected)
        ]


def test_findings_in_another_order_are_refused(ledger: Ledger) -> None:
    with ledger.write() as connection, pytest.raises(ValueError, match="A1"):
        list(beside_stored(connection, [OneFound(("A2", "x")), OneFound(("A1", "y"))], None))
