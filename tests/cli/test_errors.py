"""Errors are printed as one sentence, with an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.errors import LedgerError, Unreachable
from tests.cli.fakes import Finished, PutEngine, Run


def _one_sentence(done: Finished) -> str:
    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith("khop: ")
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    return done.err


def test_a_missing_configuration_names_khop_init(run: Run) -> None:
    assert "khop init" in _one_sentence(run("pull"))


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[province\n", "not valid TOML"),
        ('[province]\nname = "x"\ncode = "H99"\n[repairs]\n', "did you mean repair?"),
        ('[province]\nname = "x"\n', "province.code: this key is missing"),
        (
            '[province]\nname = "x"\ncode = "H99"\n[sources.a]\nadapter = "igat"\n',
            "did you mean igate?",
        ),
        (
            (
                '[province]\nname = "x"\ncode = "H99"\n[sources.a]\nadapter = "igate"\n'
                'role = "one_stop"\nbase_url = "http://x.example.vn"\ntoken_url = "http://x"\n'
                'client_id = "a"\nclient_secret = "plain"\n'
            ),
            "do not write a secret in khop.toml",
        ),
        (
            (
                '[province]\nname = "x"\ncode = "H99"\n[sources.a]\nadapter = "igate"\n'
                'role = "one_stop"\nbase_ur = "http://x.example.vn"\n'
            ),
            "did you mean base_url?",
        ),
        (
            '[province]\nname = "x"\ncode = "H99"\n[[codes.dossier]]\npatern = "x"\n',
            "codes.dossier[1].patern: unknown key; did you mean pattern?",
        ),
        (
            '[province]\nname = "x"\ncode = "H99"\n[units]\nfile = "units.toml"\n',
            "units.file: there is no file",
        ),
    ],
)
def test_a_wrong_configuration_is_one_sentence(
    run: Run, tmp_path: Path, text: str, expected: str
) -> None:
    (tmp_path / "khop.toml").write_text(text, "utf-8")
    sentence = _one_sentence(run("reconcile"))
    assert expected in sentence
    assert "plain" not in sentence


def test_a_wrong_command_line_has_exit_code_1(run: Run) -> None:
    assert "did you mean" in _one_sentence(run("pul")).lower()
    assert "khop pull --help" in _one_sentence(run("pull", "--ful"))
    assert "CODE" in _one_sentence(run("show"))


def test_a_format_of_another_command_is_refused(run: Run) -> None:
    assert "table, json" in _one_sentence(run("--format", "xlsx", "reconcile"))


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "khop: the disk is full"), ("vi", "kho dữ liệu gặp lỗi")]
)
def test_a_ledger_error_is_printed_in_the_chosen_language(
    run: Run, engine: PutEngine, lang: str, expected: str
) -> None:
    def fail(*args: object, **named: object) -> None:
        raise LedgerError("the disk is full")

    engine(findings=fail)
    assert expected in _one_sentence(run("audit", "--lang", lang))


def test_a_system_error_is_one_sentence(run: Run, engine: PutEngine) -> None:
    def fail(*args: object, **named: object) -> None:
        raise Unreachable("igate", "search", detail="a\nb\x1b[2J")

    engine(check=fail)
    assert "igate search" in _one_sentence(run("check"))


def _explode(*args: object, **named: object) -> None:
    raise ValueError("số định danh 099012345678")


def test_an_unexpected_error_shows_its_type_and_not_its_text(run: Run, engine: PutEngine) -> None:
    engine(plan=_explode)
    sentence = _one_sentence(run("plan"))
    assert "ValueError" in sentence
    assert "099012345678" not in sentence


@pytest.mark.parametrize("status", [0, None, "bye"])
def test_an_adapter_that_ends_the_interpreter_is_an_error(
    run: Run, engine: PutEngine, status: object
) -> None:
    def leave(*args: object, **named: object) -> None:
        raise SystemExit(status)

    engine(pull=leave)
    assert "SystemExit" in _one_sentence(run("pull"))


def test_khop_debug_prints_the_traceback(
    run: Run, engine: PutEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(plan=_explode)
    monkeypatch.setenv("KHOP_DEBUG", "1")
    done = run("plan")
    assert done.code == 1
    assert "Traceback" in done.err
    assert done.out == ""


def test_ctrl_c_has_exit_code_130(run: Run, engine: PutEngine) -> None:
    def stop(*args: object, **named: object) -> None:
        raise KeyboardInterrupt

    engine(pull=stop)
    done = run("pull")
    assert (done.code, done.err) == (130, "khop: interrupted\n")
