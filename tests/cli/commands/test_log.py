"""khop log: verification of the audit log."""

from __future__ import annotations

import re

from khop.cli.language import command_words
from khop.errors import KhopError
from khop.sync.ledger.audit_log import ORIGIN, Head
from khop.sync.ledger.sealed.chain import Problem, Verified
from tests.cli.fakes import PutEngine, Run
from tests.paths import ROOT


def test_verify_prints_the_head_or_the_first_bad_entry(run: Run, engine: PutEngine) -> None:
    head = Head(3, "a" * 64)
    fake = engine(verify_log=Verified(3, head, None))
    done = run("log", "verify", "--anchor", str(head))
    assert done.code == 0
    assert str(head) in done.out
    assert fake.asked[0][1] == (str(head),)
    missing = Problem("missing", {"first": 2, "last": 3}, 2)
    changed = Problem("finding_changed", {"rule": "B1", "subject": "H99-1", "what": "state"})
    engine(verify_log=Verified(1, Head(1, ORIGIN), 2, problems=(missing, changed), more=4))
    done = run("log", "verify")
    assert done.code == 1
    assert "entries 2 to 3 are missing" in done.out
    assert "finding B1 of H99-1: not as the log says (state)" in done.out
    assert "and 4 more" in done.out


def test_every_problem_has_a_sentence_in_both_languages() -> None:
    kinds = set()
    for name in ("ledger/sealed/chain.py", "findings/log_check.py", "findings/anchors.py"):
        path = ROOT / "khop" / "sync" / name
        if path.exists():
            kinds |= set(re.findall(r'\.add\(\s*"([a-z_]+)"', path.read_text("utf-8")))
    assert len(kinds) > 15
    for lang in ("en", "vi"):
        words = command_words(lang)
        assert all(words.get(f"log.problem_{kind}", "") for kind in kinds)


def test_a_malformed_anchor_is_an_error(run: Run, engine: PutEngine) -> None:
    def refuse(anchor: str) -> Verified:
        raise KhopError("an anchor is NUMBER:DIGEST")

    engine(verify_log=refuse)
    done = run("log", "verify", "--anchor", "x")
    assert done.code == 1
    assert "NUMBER:DIGEST" in done.err
