"""The pages agree with the program: generated blocks are up to date, links have targets, and the
commands, keys and verbs on the pages exist."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from khop.audit.rules import rule_words
from khop.sync.reconciling.rules import RULES
from tests.docs.pages import blocks, every_page, read, without_blocks
from tools.blocks.commands import commands
from tools.generate_docs import BLOCKS, filled
from tools.repository import ROOT, pages


@pytest.mark.parametrize(
    "page",
    [
        # the table of faults meets every call of every system with every fault
        pytest.param(page, marks=[pytest.mark.slow] if page.name == "faults.md" else [])
        for page in pages()
    ],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_the_generated_blocks_are_up_to_date(page: Path) -> None:
    text = page.read_text("utf-8")
    assert filled(text) == text, "run `make docs`"


def test_every_generated_block_is_in_a_page() -> None:
    there = {
        name
        for page in pages()
        for name in re.findall(r"generated: (\S+) -->", page.read_text("utf-8"))
    }
    assert there == set(BLOCKS)


def test_an_unknown_block_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("<!-- generated: nothing -->\n<!-- end: nothing -->")


def test_a_block_is_replaced_and_the_text_around_it_is_kept() -> None:
    page = filled("before\n<!-- generated: rules-en -->\nold\n<!-- end: rules-en -->\nafter")
    assert page.startswith("before\n")
    assert page.endswith("\nafter")
    assert "\nold\n" not in page
    assert "| A7 |" in page


def test_every_rule_has_its_condition() -> None:
    section = read("docs/rules.md").split("## Conditions")[1].split("\n## ")[0]
    assert re.findall(r"^\| ([A-Z]\d+) \|", section, re.MULTILINE) == list(RULES)


@pytest.mark.parametrize(("lang", "name"), [("en", "demo.svg"), ("vi", "demo.vi.svg")])
def test_the_picture_shows_the_rules_of_this_version(lang: str, name: str) -> None:
    drawn = html.unescape(read(f"docs/img/{name}")).replace("\xa0", " ")
    missing = [rule.name for rule in rule_words(lang).values() if rule.name not in drawn]
    assert missing == [], "run `python -m tools.make_picture`"
    assert " khop show " in drawn, "the picture names a place on somebody's machine"


@every_page
def test_every_relative_link_has_a_target(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in _anchors(there.read_text("utf-8")), f"{page.name}: {target}"


def _anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@every_page
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    known = commands()
    for line in _command_lines(page.read_text("utf-8")):
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
    shown = "\n".join(blocks(text, "sh") + blocks(text, "cron"))
    spans = re.findall(r"`([^`\n]+)`", without_blocks(text))
    for line in [*shown.splitlines(), *spans]:
        for part in re.split(r"&&|;|\||>>|#", line):
            if found := re.match(r"\s*(?:\S+ {2,})?(?:\S*/)?(khop(?: .*)?)$", part):
                yield found[1].strip()


def test_commands_are_found_in_spans_and_in_blocks() -> None:
    page = "`khop check`\n\n```sh\ncd x && venv/bin/khop pull --full >>khop.log  # all\n```\n"
    assert list(_command_lines(page)) == ["khop pull --full", "khop check"]


@every_page
def test_every_verb_that_is_named_is_in_the_makefile(page: Path) -> None:
    verbs = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    text = page.read_text("utf-8")
    code = "\n".join([*blocks(text, "sh"), *re.findall(r"`([^`\n]+)`", without_blocks(text))])
    assert set(re.findall(r"^ *make ([a-z]+)", code, re.MULTILINE)) <= verbs


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_test_commands_of_the_readme_are_those_of_ci(name: str) -> None:
    shown = blocks(read(name), "sh")[0]
    tests = [line.split("#")[0].strip() for line in shown.splitlines() if "test" in line]
    assert tests == ["make test", "make test-all"]
    assert tests[-1] in read(".ci/run").splitlines()


def test_both_readmes_have_the_same_structure_commands_and_code() -> None:
    english, vietnamese = read("README.md"), read("README.vi.md")
    assert _shape(english) == _shape(vietnamese)
    assert list(_command_lines(english)) == list(_command_lines(vietnamese))
    assert blocks(english, "python") == blocks(vietnamese, "python")
    assert blocks(english, "toml") == blocks(vietnamese, "toml")


def _shape(text: str) -> list[str]:
    """Headings, list items and blocks, without their words."""
    return re.findall(r"^ *(#+|-|\d+\.|```\w*)(?=\s)", text, re.MULTILINE)


VIETNAMESE = [
    page for page in pages() if page.name.endswith(".vi.md") and page.parent.name == "docs"
]


@pytest.mark.parametrize("page", VIETNAMESE, ids=lambda page: page.name)
def test_a_page_in_vietnamese_has_what_the_english_one_has(page: Path) -> None:
    vietnamese = page.read_text("utf-8")
    english = page.with_name(page.name.replace(".vi.md", ".md")).read_text("utf-8")
    assert f"]({page.name})" in english.split("\n## ")[0]
    assert _outline(vietnamese) == _outline(english), "change both pages"
    assert blocks(english, "python") == blocks(vietnamese, "python")
    assert _settings(english) == _settings(vietnamese)
    assert sorted(_command_words(english)) == sorted(_command_words(vietnamese))


def test_the_main_pages_are_there_in_vietnamese() -> None:
    assert {page.name for page in VIETNAMESE} >= {"operate.vi.md", "paper.vi.md", "trust.vi.md"}


def _outline(text: str) -> list[str]:
    """Headings, blocks, items of lists and rows of tables, without their words."""
    marked = re.sub(r"^( *```\w+)\n.*?^ *```$", r"\1", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^ *(#+(?= )|```\w+|-(?= )|\||\d+\.(?= ))", marked, re.MULTILINE)


def _settings(text: str) -> list[str]:
    """The lines of TOML without their comments."""
    lines = "\n".join(blocks(text, "toml")).splitlines()
    return [line.split(" #")[0].rstrip() for line in lines if not line.startswith("#")]


def _command_words(text: str) -> list[str]:
    """The commands and options of each line, without what is given to them."""
    lines = "\n".join(blocks(text, "sh") + blocks(text, "cron")).splitlines()
    return [" ".join(re.findall(r"^khop [a-z-]+|--[a-z-]+", line.split("#")[0])) for line in lines]
