"""The khop.toml that khop init writes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from khop.cli.config_template import config_template, table_examples, toml_value
from khop.config.adapters import AdapterTypes
from khop.config.domain_tables import Tables
from khop.config.load import load_config
from khop.config.model import Config
from khop.text.translation import translator

#: Table of khop.toml -> the part of Tables that it changes.
CHANGED: Mapping[str, Callable[[Tables], object]] = {
    "codes": lambda tables: tables.codes.dossier,
    "level_one": lambda tables: list(tables.level_one),
    "deadlines": lambda tables: (tables.deadlines.grounds, tables.deadlines.due_time),
    "transitions": lambda tables: tables.transitions.cells,
    "report": lambda tables: tables.report,
}


def _loaded(text: str, folder: Path, types: AdapterTypes) -> Config:
    path = folder / "khop.toml"
    path.write_text(text, "utf-8")
    return load_config(path, types)


def _uncommented(text: str) -> str:
    """The template with every default that it shows switched on."""
    return re.sub(r"^#(\w+ = (?!  ))", r"\1", text, flags=re.MULTILINE)


def test_the_template_can_be_loaded_unchanged(declared: AdapterTypes, tmp_path: Path) -> None:
    config = _loaded(config_template(declared), tmp_path, declared)
    assert config.province.code == "H99"
    assert {name: s.adapter for name, s in config.sources.items()} == {
        "igate": "igate",
        "dvcqg": "dvcqg",
        "vnpost": "vnpost",
        "population": "population",
    }


def test_every_default_in_the_template_is_the_real_default(
    declared: AdapterTypes, tmp_path: Path
) -> None:
    text = config_template(declared)
    shown = _uncommented(text)
    assert shown.count("\n#") < text.count("\n#")
    as_it_stands = _loaded(text, tmp_path, declared)
    switched_on = _loaded(shown, tmp_path, declared)
    for name, source in as_it_stands.sources.items():
        there = switched_on.sources[name]
        assert _comparable(there.model_dump()) == _comparable(source.model_dump())
    assert switched_on.rules == as_it_stands.rules
    assert switched_on.repair == as_it_stands.repair


def _comparable(dumped: Mapping[str, Any]) -> dict[str, str]:
    return {name: repr(value) for name, value in dumped.items()}


def test_the_template_has_every_key_with_its_description(declared: AdapterTypes) -> None:
    text = config_template(declared)
    prose = " ".join(text.replace("\n# ", " ").split())
    models: list[Any] = [declared["igate"].settings, declared["dvcqg"].settings]
    models += [
        field.annotation
        for name, field in Config.model_fields.items()
        if name not in ("sources", "base_dir", *table_examples())
    ]
    for model in models:
        for name, field in model.model_fields.items():
            assert re.search(rf"^(#?{name} =|#? *\[+.*\.{name}\])", text, re.MULTILINE), name
            assert " ".join((field.description or "").split()) in prose, name


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_a_comment_says_of_a_table_ends_as_a_sentence(
    declared: AdapterTypes, lang: str
) -> None:
    text = config_template(declared, translator(lang))
    for about in re.findall(r"^# ([^\n]*)\n\[", text, re.MULTILINE):
        assert about.endswith((".", '"')), about


@pytest.mark.parametrize("name", table_examples())
def test_the_example_of_a_table_loads_and_changes_something(
    declared: AdapterTypes, tmp_path: Path, name: str
) -> None:
    (tmp_path / "procedures.csv").write_text("procedure,in_day\n1.000894,true\n", "utf-8")
    text = config_template(declared)
    example = table_examples()[name]
    shown = "".join(f"#    {line}\n" for line in example.splitlines())
    assert shown in text
    changed = _loaded(text.replace(shown, example), tmp_path, declared)
    packaged = _loaded(text, tmp_path, declared)
    if name == "schedule":
        assert set(changed.schedule) > set(packaged.schedule)
    else:
        assert CHANGED[name](Tables.of(changed)) != CHANGED[name](Tables.of(packaged))


@pytest.mark.parametrize("name", table_examples())
def test_the_remarks_in_the_example_of_a_table_are_translated(
    declared: AdapterTypes, name: str
) -> None:
    template = config_template(declared, translator("vi"))
    for line in table_examples()[name].splitlines():
        shown, sign, remark = line.partition("  # ")
        assert f"#    {shown}{sign}" in template
        assert not sign or remark not in template


def test_the_template_has_references_in_place_of_secrets(declared: AdapterTypes) -> None:
    raw = tomllib.loads(config_template(declared))
    assert raw["sources"]["igate"]["client_secret"] == {"env": "KHOP_IGATE_SECRET"}
    assert raw["sources"]["dvcqg"]["password"] == {"env": "KHOP_DVCQG_PASSWORD"}


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ('a "quoted"\\text\n', 'a "quoted"\\text\n'),
        ("Tỉnh Mẫu", "Tỉnh Mẫu"),
        (True, True),
        (0.05, 0.05),
        (Path("a/b"), "a/b"),
        ((date(2026, 11, 23),), [date(2026, 11, 23)]),
        ({"A7": 2, "x y": "z"}, {"A7": 2, "x y": "z"}),
        ({}, {}),
        ((), []),
    ],
)
def test_values_are_written_as_toml(value: object, meant: object) -> None:
    assert tomllib.loads(f"key = {toml_value(value)}") == {"key": meant}


def test_a_value_without_a_toml_form_is_an_error() -> None:
    with pytest.raises(TypeError):
        toml_value(object())
