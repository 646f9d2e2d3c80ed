"""The SOAP benchmark compares the same records of khop and zeep."""

from __future__ import annotations

import pytest

from bench import soap


def test_khop_and_zeep_read_the_same_records() -> None:
    done = soap.measure(records=12, rounds=1)
    assert set(done["answers_of_1"]["records_per_second"]) == {"khop", "zeep"}


def test_answers_have_all_records_in_parts_of_the_given_size() -> None:
    read = soap.khop_reader()
    assert [len(read(body)) for body in soap.answers(7, 3)] == [3, 3, 1]


def test_records_that_differ_stop_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(soap.PEERS, "zeep", lambda: lambda body: [])
    with pytest.raises(RuntimeError, match="different"):
        soap.measure(records=2, rounds=1)
