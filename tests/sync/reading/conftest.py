"""Fixtures: a source of paper."""

from __future__ import annotations

import pytest

from tests.sync.papers import CODE, FakePapers, logbook_row


@pytest.fixture
def papers() -> FakePapers:
    """A logbook with one row that names its dossier and one that does not."""
    return FakePapers(contents={"so.xlsx": [logbook_row(1, code=CODE), logbook_row(2)]})
