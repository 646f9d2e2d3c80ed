"""Findings of several provinces in one ledger have subjects of their own."""

from __future__ import annotations

import pytest

from khop.sync.exports.subjects import of_province, stored_subjects
from khop.sync.findings.subjects import short_subject, subject_of
from khop.sync.ledger import Ledger
from khop.sync.reconciling.finding_states import Found, write_findings
from khop.sync.reconciling.rules import RULES, Severity

ROW = f"{'3f9a01bc' * 8}-2"


def found(subject: str) -> Found:
    code = None if subject.startswith("row:") else subject
    return Found(RULES["A1"], subject, code, Severity.S1, None, "{}", "[]")


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """A ledger in which two provinces have the same dossier and the same row."""
    told = [
        of_province(found(subject), province)
        for province in ("H29", "H2")
        for subject in ("H29.1-261110-0001", f"row:{ROW}")
    ]
    with ledger.write() as connection:
        told.sort(key=lambda each: each.key)
        write_findings(connection, told, 1, before_us=None)
    return ledger


def test_the_same_dossier_and_row_of_two_provinces_are_two(filled: Ledger) -> None:
    with filled.read() as connection:
        assert set(stored_subjects(connection, "H29")) == {
            "H29/H29.1-261110-0001",
            f"row:H29/{ROW}",
        }
        assert len(set(stored_subjects(connection, "H2"))) == 2
        assert set(stored_subjects(connection, "H")) == set()


def test_a_person_names_them_as_they_are_shown(filled: Ledger) -> None:
    assert short_subject(f"row:H29/{ROW}") == "row:H29/3f9a01bc-2"
    with filled.read() as connection:
        assert subject_of(connection, "row:h29/3f9a-2") == f"row:H29/{ROW}"
        assert subject_of(connection, "h29/h29.1-261110-0001") == "H29/H29.1-261110-0001"
