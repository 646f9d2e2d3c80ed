"""``khop template``: the empty workbook of a kind, which ``khop import`` reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khop.mappings.paper.office.templates import templates
from tests.cli.fakes import Run


def test_the_kinds_are_listed_with_their_columns(run: Run) -> None:
    found = json.loads(run("template", "list", "--format", "json").out)["templates"]
    assert [each["kind"] for each in found] == list(templates())
    assert "Mã hồ sơ" in found[0]["columns"]
    assert "feedback" in run("template", "list").out


def test_a_workbook_is_written_once_and_no_file_is_replaced(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("template", "slips").code == 0
    written = (tmp_path / "khop-slips.xlsx").read_bytes()
    again = run("template", "slips")
    assert again.code == 1
    assert "--output" in again.err
    assert (tmp_path / "khop-slips.xlsx").read_bytes() == written


def test_another_kind_is_refused_with_those_there_are(run: Run) -> None:
    done = run("template", "nothing")
    assert done.code == 1
    assert "logbook, register" in done.err


def test_an_empty_workbook_is_previewed_without_a_row(run: Run, tmp_path: Path) -> None:
    (tmp_path / "khop.toml").write_text('[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n', "utf-8")
    assert run("init").code == 0
    path = tmp_path / "a.xlsx"
    assert run("template", "ratings", "--output", str(path)).code == 0
    done = run("import", str(path), "--as", "ratings", "--preview")
    assert done.code == 0
    assert "0 rows, 0 unusable; no rows: title 1, headers 1, example 1" in done.out
