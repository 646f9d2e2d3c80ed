"""Every sample of the portal is used by a test."""

from __future__ import annotations

from pathlib import Path

from tests import paths

TESTS = paths.TESTS
SAMPLES = TESTS / "samples" / "dvcqg"


def test_each_sample_is_read_or_written_somewhere() -> None:
    here = Path(__file__)
    tests = [path for path in TESTS.rglob("dvcqg/test_*.py") if path != here]
    text = "".join(path.read_text("utf-8") for path in tests)
    unused = [path.stem for path in SAMPLES.glob("*-*") if path.stem not in text]
    assert unused == []
    listed = (SAMPLES / "INDEX.tsv").read_text("utf-8").splitlines()[1:]
    assert {line.split("\t")[0] for line in listed} == {p.name for p in SAMPLES.glob("*-*")}
