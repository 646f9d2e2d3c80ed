"""khop identity: verdicts and their exit codes."""

from __future__ import annotations

import pytest

from khop.sync.results import IdentityView
from tests.cli.fakes import PutEngine, Run
from tests.findings import CODE


@pytest.mark.parametrize(
    ("verdict", "code", "expected"),
    [
        ("match", 0, "belong together."),
        ("mismatch", 2, "do not belong together"),
        ("unknown", 2, "no verdict"),
    ],
)
def test_the_verdict_decides_the_sentence_and_the_exit_code(
    verdict: str, code: int, expected: str, run: Run, engine: PutEngine
) -> None:
    fake = engine(check_identity=IdentityView(CODE, "population", verdict))
    done = run("identity", CODE, "--officer", "canbo.mau")
    assert done.code == code
    assert expected in done.out
    assert fake.asked[0][1:] == ((CODE,), {"officer": "canbo.mau", "source": None})


def test_the_officer_is_required(run: Run, engine: PutEngine) -> None:
    fake = engine(check_identity=IdentityView(CODE, "population", "match"))
    assert run("identity", CODE).code == 1
    assert fake.asked == []
