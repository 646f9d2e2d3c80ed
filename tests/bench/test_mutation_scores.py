"""What a mutation run tells while it runs, and what its scores count."""

from __future__ import annotations

import sys

import pytest

from bench.mutation import Progress, print_scores, run_mutmut, score, scores_of

STATES = """\
    khop.text.cleaning.x_clean_text__mutmut_1: killed
    khop.text.cleaning.x_clean_text__mutmut_2: survived
    khop.text.cleaning.x_cut_text__mutmut_1: timeout
    khop.text.cleaning.x_cut_text__mutmut_2: no tests
    khop.mappings.states.status.xǁStatusTableǁread__mutmut_1: caught by type check
    khop.mappings.states.status.xǁStatusTableǁread__mutmut_2: not checked
""".splitlines()


def count(tried: int, missed: int = 0) -> str:
    return f"⠋ {tried}/100  🎉 {tried - missed} 🫥 0  ⏰ 0  🤔 0  🙁 {missed}  🔇 0  🧙 0"


def test_a_change_without_a_test_is_missed_and_one_not_tried_is_not_counted() -> None:
    scores = scores_of(STATES)
    assert scores["text"] == {True: 2, False: 2}
    assert scores["status"] == {True: 1}
    assert score(scores["text"]) == 50


def test_the_table_ends_with_the_sum_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    print_scores(scores_of(STATES))
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| `status` | 1 | 1 | 100.0 % |",
        "| `text` | 4 | 2 | 50.0 % |",
        "| all | 5 | 3 | 60.0 % |",
    ]


def test_who_waits_is_told_each_step_once_and_how_long_it_takes() -> None:
    told: list[str] = []
    seconds = iter((0.0, 1.0, 60.0, 90.0))
    lines = ["⠋ Running stats", "⠙ Running stats", "    done", count(0), count(5), count(20, 2)]
    rest = list(Progress(told.append, lambda: next(seconds)).of([*lines, count(100, 7), "1.11/s"]))
    assert rest == ["    done", "1.11/s"]
    assert told == [
        "mutmut: Running stats ...",
        "mutmut: 0 of 100 changes tried, 0 not noticed",
        "mutmut: 20 of 100 changes tried, 2 not noticed, more than 4 min to go",
        "mutmut: 100 of 100 changes tried, 7 not noticed",
    ]


def test_a_stopped_run_says_what_it_said_last() -> None:
    failing = "print('⠋ Running stats'); print('E  assert 1 == 2'); raise SystemExit(1)"
    assert run_mutmut([sys.executable, "-c", failing]) == [
        "E  assert 1 == 2",
        "mutmut ended with 1",
    ]


def test_a_run_that_came_to_its_end_has_nothing_to_explain() -> None:
    assert run_mutmut([sys.executable, "-c", "print('3.20 mutations/second')"]) == []
