"""The documentation says what the program does: generated parts are up to date, links lead
somewhere, the commands and keys it names exist, and its examples run."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
import sqlalchemy as sa

from docs.generate import BLOCKS, ROOT, adapters, commands, filled, pages
from khop.adapters.ports import AdapterType, CodeSource, Context, Role
from khop.audit.rulebook import rule_words
from khop.config import load_config
from khop.mappings.calendar import WorkingCalendar
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import run as run_table
from khop.sync.privacy import ensure_key
from khop.sync.rules import RULES, Clock, Rule

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CALENDAR = WorkingCalendar((), ())

every_page = pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without the indent of a list they stand in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def _without_blocks(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)


# --- what is generated --------------------------------------------------------------------------


@every_page
def test_the_generated_parts_are_up_to_date(page: Path) -> None:
    text = page.read_text("utf-8")
    assert filled(text) == text, "run `make docs`"


def test_every_generated_part_stands_in_a_page() -> None:
    there = {name for page in pages() for name in re.findall(r"generated: (\S+) -->", _text(page))}
    assert there == set(BLOCKS)


def _text(page: Path) -> str:
    return page.read_text("utf-8")


def test_a_part_that_nobody_writes_is_noticed() -> None:
    with pytest.raises(KeyError):
        filled("<!-- generated: nothing -->\n<!-- end: nothing -->")


def test_a_part_is_replaced_and_what_stands_around_it_kept() -> None:
    page = filled("before\n<!-- generated: rules-en -->\nold\n<!-- end: rules-en -->\nafter")
    assert page.startswith("before\n") and page.endswith("\nafter")
    assert "old" not in page and "| A7 |" in page


def test_every_rule_has_its_condition() -> None:
    section = _read("docs/rules.md").split("## Conditions")[1].split("\n## ")[0]
    assert re.findall(r"^\| ([A-Z]\d+) \|", section, re.MULTILINE) == list(RULES)


@pytest.mark.parametrize(("lang", "name"), [("en", "demo.svg"), ("vi", "demo.vi.svg")])
def test_the_picture_is_of_this_version_of_the_rules(lang: str, name: str) -> None:
    drawn = html.unescape(_read(f"docs/img/{name}")).replace("\xa0", " ")
    missing = [rule.name for rule in rule_words(lang).values() if rule.name not in drawn]
    assert missing == [], "run `python -m docs.make_picture`"


# --- links and names ----------------------------------------------------------------------------


@every_page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_blocks(_text(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in _anchors(_text(there)), f"{page.name}: {target}"


def _anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@every_page
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    known = commands()
    for line in _command_lines(_text(page)):
        words = line.split()
        path = words.pop(0)
        while words and f"{path} {words[0]}" in known:
            path = f"{path} {words.pop(0)}"
        command = known[path]
        assert not (path == "khop" and words and words[0].islower()), f"{line}: no such command"
        options = {option for one in command.params for option in one.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= options, line


def _command_lines(text: str) -> Iterator[str]:
    """Everything a reader could type that begins with khop."""
    shown = "\n".join(_blocks(text, "sh") + _blocks(text, "cron"))
    spans = re.findall(r"`([^`\n]+)`", _without_blocks(text))
    for line in [*shown.splitlines(), *spans]:
        for part in re.split(r"&&|;|\||>>|#", line):
            if found := re.match(r"\s*(?:\S+ {2,})?(?:\S*/)?(khop(?: .*)?)$", part):
                yield found[1].strip()


def test_the_commands_of_a_page_are_seen() -> None:
    page = "`khop check`\n\n```sh\ncd x && venv/bin/khop pull --full >>khop.log  # all\n```\n"
    assert list(_command_lines(page)) == ["khop pull --full", "khop check"]


@every_page
def test_every_verb_that_is_named_is_in_the_makefile(page: Path) -> None:
    verbs = set(re.findall(r"^([a-z]+):", _read("Makefile"), re.MULTILINE))
    text = _text(page)
    code = "\n".join([*_blocks(text, "sh"), *re.findall(r"`([^`\n]+)`", _without_blocks(text))])
    assert set(re.findall(r"^ *make ([a-z]+)", code, re.MULTILINE)) <= verbs


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_readmes_test_command_is_the_one_the_checks_call(name: str) -> None:
    shown = _blocks(_read(name), "sh")[0]
    tests = [line.split("#")[0].strip() for line in shown.splitlines() if "test" in line]
    assert tests == ["make test"]
    assert tests[0] in _read(".ci/run").splitlines()


def test_the_two_readmes_say_the_same() -> None:
    english, vietnamese = _read("README.md"), _read("README.vi.md")
    assert _shape(english) == _shape(vietnamese)
    assert list(_command_lines(english)) == list(_command_lines(vietnamese))
    assert _blocks(english, "python") == _blocks(vietnamese, "python")
    assert _blocks(english, "toml") == _blocks(vietnamese, "toml")


def _shape(text: str) -> list[str]:
    """Headings, list items and blocks, without their words."""
    return re.findall(r"^ *(#+|-|\d+\.|```\w*)(?=\s)", text, re.MULTILINE)


# --- examples -----------------------------------------------------------------------------------


@every_page
def test_every_piece_of_configuration_is_toml(page: Path) -> None:
    for block in _blocks(_text(page), "toml"):
        assert tomllib.loads(block)


def test_the_example_configuration_loads(tmp_path: Path) -> None:
    path = tmp_path / "khop.toml"
    path.write_text(_blocks(_read("docs/configuration.md"), "toml")[0], "utf-8")
    config = load_config(path, adapters())
    assert {source.adapter for source in config.sources.values()} == set(adapters())


def _ran(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "example", "exec", dont_inherit=True), names)
    return names


def test_the_readmes_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "khop.toml").write_text('[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n', "utf-8")
    url = f"sqlite:///{tmp_path / 'khop.db'}"
    ensure_key(tmp_path / "khop.key")
    create_ledger(url)
    monkeypatch.chdir(tmp_path)
    _ran(_blocks(_read("README.md"), "python")[0])
    ledger = Ledger(url)
    with ledger.read() as connection:
        kinds = connection.scalars(sa.select(run_table.c.kind).order_by(run_table.c.id)).all()
    ledger.close()
    assert kinds == ["pull", "reconcile"]


def test_the_example_adapter_names_the_codes_of_its_file(tmp_path: Path) -> None:
    kind = _ran(_blocks(_read("docs/extend.md"), "python")[0])["ADAPTER"]
    assert isinstance(kind, AdapterType)
    settings = kind.settings(adapter="code_list", role="portal", path="codes.txt")
    context = Context(b"key", tmp_path, lambda: NOW, CALENDAR)
    adapter = kind.build("list", Role.PORTAL, settings, context)
    assert isinstance(adapter, CodeSource)
    assert not adapter.check().ok
    (tmp_path / "codes.txt").write_text("h99.01-261120-0001\n\n H99.01-261120-0002 \n", "utf-8")
    assert list(adapter.codes()) == ["H99.01-261120-0001", "H99.01-261120-0002"]
    assert adapter.check().ok


def test_the_example_rule_fires_for_five_digits_of_the_one_stop_alone() -> None:
    rule = _ran(_blocks(_read("docs/extend.md"), "python")[1])["MADE_UP"]
    assert isinstance(rule, Rule)
    assert rule.id not in RULES, "the example is a rule by now: show another"
    codes = ["H99.01-261120-12345", "H99.01-261120-1234", "H99.02-261120-12345"]
    cases = ibis.memtable(pa.table({"code": codes, "os_native_id": ["a", "b", None]}))
    fired = cases.filter(rule.predicate(cases, Clock(NOW, CALENDAR)))
    assert fired.to_pyarrow().column("code").to_pylist() == ["H99.01-261120-12345"]
