"""Steps sent to the portal, and why a dossier may not be sent (docs/systems/dvcqg.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from khop.mappings.dvcqg.mapping import problems_before_sending
from khop.mappings.records import (
    Status,
)
from tests.mappings.dvcqg.portal import (
    CODE,
    MAPPING,
    RECORD,
    sample,
    step,
)
from tests.mappings.moments import at


def test_the_sample_step_is_written() -> None:
    sent = replace(step(4, actor="Trần Thị Cán Bộ", minute=30), due_at=at(2025, 1, 17, 17))
    assert MAPPING.write_steps(CODE, [sent]) == sample("prog-01")["data"]


def test_steps_keep_their_order_and_nothing_is_null() -> None:
    written = MAPPING.write_steps(CODE, [step(9), step(4, text="")])
    assert [each["TrangThai"] for each in written] == ["9", "4"]
    assert written[1]["NoiDungXuLy"] == ""
    assert {each["NguoiXuLy"] for each in written} == {"Cán bộ một cửa"}
    assert all(isinstance(value, str) for each in written for value in each.values())


@pytest.mark.parametrize("actor", ["Nguyễn Thị Tên Rất Dài " * 4, "x" * 51, "x" * 50])
def test_long_names_of_officers_are_cut(actor: str) -> None:
    (written,) = MAPPING.write_steps(CODE, [step(4, actor=actor)])
    name = written["NguoiXuLy"]
    assert len(name) <= 50
    assert name.endswith("...") == (len(actor.strip()) > 50)


def test_a_long_name_is_cut_as_other_clients_cut_it() -> None:
    (written,) = MAPPING.write_steps(CODE, [step(4, actor="x" * 60)])
    assert written["NguoiXuLy"] == "x" * 46 + "..."


def test_a_complete_dossier_has_no_problem() -> None:
    assert problems_before_sending(RECORD, [step(2), step(4)]) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"aliases": ("G22.99-250820-000777",)}, "portal_born"),
        ({"status": None, "status_raw": "Lạ"}, "status_unknown"),
        ({"status": Status.FINISHED}, "done_without_end"),
        ({"status": Status.RETURNED}, "done_without_end"),
        ({"received_at": None}, "no_reception"),
        ({"channel": None}, "channel_unknown"),
        ({"procedure": None}, "no_procedure"),
        ({"unit": None, "unit_code": None}, "no_unit"),
    ],
)
def test_a_problem_has_its_stable_code(changes: dict[str, Any], problem: str) -> None:
    assert problems_before_sending(replace(RECORD, **changes)) == (problem,)


@pytest.mark.parametrize("status", [Status.NEW, Status.NOT_RECEIVED, Status.SUPPLEMENT])
def test_states_before_reception_need_no_reception_date(status: Status) -> None:
    assert problems_before_sending(replace(RECORD, status=status, received_at=None)) == ()


def test_a_second_request_for_papers_needs_a_reason() -> None:
    first, reasoned = step(5, text=""), step(5, text="Thiếu bản sao", minute=5)
    unreasoned = step(5, text=" - ", minute=9)
    assert problems_before_sending(RECORD, [first, reasoned]) == ()
    assert problems_before_sending(RECORD, [unreasoned, first]) == ("supplement_without_reason",)
