"""khop quarantine: lists, records, and payloads."""

from __future__ import annotations

import getpass
import json

from tests.cli.fakes import PutEngine, Run
from tests.cli.samples import quarantine_row


def test_a_record_is_shown_without_its_payload(run: Run, engine: PutEngine) -> None:
    fake = engine(quarantine_row=quarantine_row(7), quarantine_payload={"phone": "0990123456"})
    done = run("quarantine", "show", "7", "--format", "json")
    assert json.loads(done.out) == quarantine_row(7).as_json()
    assert [name for name, _, _ in fake.asked] == ["quarantine_row"]


def test_with_a_reason_the_payload_is_printed(run: Run, engine: PutEngine) -> None:
    fake = engine(quarantine_row=quarantine_row(7), quarantine_payload={"phone": "0990123456"})
    done = run("quarantine", "show", "7", "--payload", "complaint 12", "--format", "json")
    assert json.loads(done.out)["payload"] == {"phone": "0990123456"}
    who = {"reason": "complaint 12", "actor": getpass.getuser()}
    assert fake.asked[-1] == ("quarantine_payload", (7,), who)


def test_a_payload_that_was_not_kept_is_an_error(run: Run, engine: PutEngine) -> None:
    engine(quarantine_row=quarantine_row(7, has_payload=False))
    assert "was not kept" in run("quarantine", "show", "7", "--payload", "why").err


def test_an_unknown_number_is_an_error(run: Run, engine: PutEngine) -> None:
    engine(quarantine_row=None)
    assert "no record 8" in run("quarantine", "show", "8").err


def test_all_states_are_listed_by_number_up_to_the_limit(run: Run, engine: PutEngine) -> None:
    held = {
        "open": [quarantine_row(3), quarantine_row(9)],
        "released": [quarantine_row(5, state="released")],
    }
    engine(quarantine=lambda state, **named: held[state])
    done = run("quarantine", "list", "--state", "all", "--format", "json", "--limit", "2")
    assert [record["id"] for record in json.loads(done.out)["records"]] == [3, 5]
    assert "limit" in done.err


def test_the_state_of_a_record_is_in_the_language_of_the_list(run: Run, engine: PutEngine) -> None:
    engine(quarantine=lambda state, **named: [quarantine_row(5, state=state)])
    out = run("--lang", "vi", "quarantine", "list", "--state", "all").out
    assert "đang cách ly" in out
    assert "đã đọc được" in out
