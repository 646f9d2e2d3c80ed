"""``khop rules``: with and without a khop.toml, in short and in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khop.audit.rules import public_basis
from khop.config.adapters import AdapterTypes
from khop.sync.reconciling.rules import RULES
from tests.cli.conftest import CONFIG
from tests.cli.fakes import Run

OWN = (
    CONFIG
    + """
[rules]
grace = 2
off = ["E7"]
numbers = { F1 = { days = 45 } }
[[rules.exceptions]]
rules = ["D1", "F2"]
procedures = ["1.012756"]
units = ["Sở Mẫu"]
first = 2026-09-07
last = 2026-09-11
reason = "duyệt ngày 5/9"
[[rules.outages]]
start = 2026-10-05T13:00:00+07:00
end = 2026-10-06T09:30:00+07:00
reason = "bảo trì"
"""
)


@pytest.fixture
def own(tmp_path: Path, declared: AdapterTypes) -> Path:
    path = tmp_path / "khop.toml"
    path.write_text(OWN, "utf-8")
    return path


def test_every_rule_is_listed_without_a_configuration(run: Run) -> None:
    done = run("rules")
    assert done.code == 0
    for rule in RULES.values():
        assert rule.name_en in done.out
    assert "S2+" in done.out
    assert f"{len(RULES)} rules, 0 of them off" in done.err


def test_the_provinces_numbers_are_shown_beside_the_defaults(run: Run, own: Path) -> None:
    lines = {line.split()[0]: line for line in run("rules").out.splitlines() if line.strip()}
    assert "days = 45 (30)" in lines["F1"]
    assert lines["E7"].rstrip().endswith("off")
    assert "approved exceptions: 1" in lines["F2"]


def test_a_named_rule_is_printed_in_full(run: Run, own: Path) -> None:
    shown = run("rules", "d1", "--lang", "vi").out
    for text in (
        RULES["D1"].explanation_vi,
        RULES["D1"].name_en,
        "S1 nếu kết quả được ký trước khi hồ sơ được nhập",
        "TT 01/2018/TT-VPCP",
        "thủ tục 1.012756; đơn vị Sở Mẫu; từ 07/09/2026; đến 11/09/2026: duyệt ngày 5/9",
        "05/10/2026 13:00:00 – 06/10/2026 09:30:00: bảo trì",
    ):
        assert text in shown
    assert RULES["D1"].explanation_en not in shown


def test_json_has_all_facts_in_both_languages(run: Run, own: Path) -> None:
    rules = json.loads(run("rules", "F1", "A7", "D1", "--format", "json").out)["rules"]
    a7, d1, f1 = rules
    assert [one["rule"] for one in rules] == ["A7", "D1", "F1"]
    assert (a7["repair"], a7["grace"], f1["repair"], f1["grace"]) == ("machine", 2, "people", None)
    assert f1["numbers"][0]["value"] == 45
    assert set(d1["graver_when"]) == set(d1["todo"]) == set(d1["name"]) == {"vi", "en"}
    assert a7["graver_when"] == {"vi": None, "en": None}
    assert d1["exceptions"][0]["reason"] == "duyệt ngày 5/9"


def test_the_basis_names_laws_and_no_page_of_docs(run: Run) -> None:
    assert "khop's own definition" in run("rules", "C12").out
    assert public_basis("docs/domain.md (Reports), danh sách") == "danh sách"
    assert public_basis("docs/rules.md, C14+") == ""
    assert "docs/" not in run("rules", "--format", "json").out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[rules]\noff = ["E77"]\n', "did you mean E7?"),
        ("[rules.numbers.F1]\ndays = 0\n", "1 to 366"),
    ],
)
def test_a_wrong_configuration_is_an_error(run: Run, own: Path, text: str, expected: str) -> None:
    own.write_text(CONFIG + text, "utf-8")
    done = run("rules")
    assert (done.code, done.out) == (1, "")
    assert expected in done.err


def test_a_named_configuration_must_exist(run: Run) -> None:
    assert run("rules", "--config", "none.toml").code == 1


def test_an_unknown_rule_is_an_error_with_a_suggestion(run: Run) -> None:
    done = run("rules", "B111")
    assert done.code == 1
    assert "B11" in done.err
