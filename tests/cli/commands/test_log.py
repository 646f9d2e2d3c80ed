"""khop log: verification of the audit log."""

from __future__ import annotations

from khop.errors import KhopError
from khop.sync.ledger.audit_log import ORIGIN, Head
from khop.sync.ledger.chain import Verified
from tests.cli.fakes import PutEngine, Run


def test_verify_prints_the_head_or_the_first_bad_entry(run: Run, engine: PutEngine) -> None:
    head = Head(3, "a" * 64)
    fake = engine(verify_log=Verified(3, head, None))
    done = run("log", "verify", "--anchor", str(head))
    assert done.code == 0
    assert str(head) in done.out
    assert fake.asked[0][1] == (str(head),)
    engine(verify_log=Verified(1, Head(1, ORIGIN), 2))
    done = run("log", "verify")
    assert done.code == 1
    assert "entry 2 was changed or is missing" in done.out


def test_a_malformed_anchor_is_an_error(run: Run, engine: PutEngine) -> None:
    def refuse(anchor: str) -> Verified:
        raise KhopError("an anchor is NUMBER:DIGEST")

    engine(verify_log=refuse)
    done = run("log", "verify", "--anchor", "x")
    assert done.code == 1
    assert "NUMBER:DIGEST" in done.err
