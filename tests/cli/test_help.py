"""Help of every command and option, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from khop import __version__
from khop.cli.app import make_app
from khop.cli.language import command_words
from khop.cli.main import localise
from tests.cli.fakes import Run

VERBS = ["demo", "init", "check", "pull", "reconcile", "plan", "apply", "audit", "show", "sandbox"]


def _commands(command: Any, path: str = "khop") -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, f"{path} {name}")


def test_every_command_exists() -> None:
    names = {path for path, _ in _commands(get_command(make_app()))}
    assert {f"khop {verb}" for verb in VERBS} <= names
    assert {f"khop quarantine {verb}" for verb in ("list", "show", "retry")} <= names


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_command_and_option_has_help_in_both_languages(lang: str) -> None:
    words = command_words(lang)
    for path, command in _commands(get_command(make_app())):
        assert command.help in words.all_keys(), path
        for parameter in command.params:
            assert parameter.help in words.all_keys(), f"{path} {parameter.name}"


def test_every_help_sentence_is_used() -> None:
    words = command_words("en")
    used = set()
    for _, command in _commands(get_command(make_app())):
        used |= {command.help, *(parameter.help for parameter in command.params)}
    sayable = {key for key in words.all_keys() if key.startswith(("help.", "option."))}
    assert sayable == used


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_takes_format_and_language(verb: str) -> None:
    command = get_command(make_app()).commands[verb]  # type: ignore[attr-defined]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--format", "--lang"} <= options
    assert "--config" in options or verb == "demo"


def test_help_is_in_the_chosen_language(run: Run) -> None:
    assert "Đối chiếu số liệu" in run("reconcile", "--help", "--lang", "vi").out
    assert "Compare the sources and record" in run("--lang", "en", "reconcile", "--help").out


def test_the_name_of_a_table_in_brackets_is_shown_as_it_is(run: Run) -> None:
    for lang in ("vi", "en"):
        assert "[[repair.policy]]" in run("--help", "--lang", lang).out
        assert "[backup]" in run("ledger", "backup", "--help", "--lang", lang).out
        assert "[alarms]" in run("daemon", "--help", "--lang", lang).out
    assert "[alarms]" in run("daemon", "test-alarm", "--help", "--lang", "en").out


def test_localising_twice_changes_nothing() -> None:
    command, words = get_command(make_app()), command_words("vi")
    localise(command, words)
    once = [c.help for _, c in _commands(command)]
    localise(command, words)
    assert [c.help for _, c in _commands(command)] == once


def test_version_prints_the_version_of_the_package(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.out) == (0, f"khop {__version__}\n")


def test_without_a_command_help_is_printed_with_exit_code_1(run: Run) -> None:
    done = run()
    assert done.code == 1
    assert "reconcile" in done.out


@pytest.mark.parametrize("words", [[], ["import"], ["quarantine"], ["quarantine", "show"]])
def test_nothing_of_a_help_page_is_english_in_vietnamese(run: Run, words: list[str]) -> None:
    page = run("--lang", "vi", *words, "--help").out
    typers = ("Usage", "OPTIONS", "Options", "COMMAND", "Commands", "Arguments", "Show this")
    types = ("required", "default", "<bool>", "list[", "<int", "FILE", "NAME", "NUMBER")
    assert [word for word in (*typers, *types) if word in page] == []
    assert "Cách dùng: khop" in page
    assert "In hướng dẫn này" in page


def test_a_help_page_is_english_after_a_vietnamese_one(run: Run) -> None:
    run("import", "--help", "--lang", "vi")
    page = run("import", "--help", "--lang", "en").out
    assert all(word in page for word in ("Usage: ", "Arguments", "Options", "[required]", "FILE"))


def test_every_placeholder_of_an_option_has_a_translation() -> None:
    words = command_words("en")
    shown = {
        parameter.metavar
        for _, command in _commands(get_command(make_app()))
        for parameter in command.params
        if parameter.metavar
    }
    used = {key.removeprefix("metavar.") for key in words.all_keys() if key.startswith("metavar.")}
    assert shown - {"S1..S4"} == used


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["demo", "--size", "x"], "Giá trị của '--size' không đúng: phải là số nguyên."),
        (["demo", "--size", "3"], "Giá trị của '--size' không đúng: phải từ 200 trở lên."),
        (["show", "a", "b"], "Thừa tham số (b)."),
        (["audit", "--format", "x"], "'x' không thuộc 'table', 'json'"),
    ],
)
def test_a_wrong_argument_is_named_in_vietnamese(run: Run, args: list[str], sentence: str) -> None:
    assert sentence in run(*args, "--lang", "vi").err
