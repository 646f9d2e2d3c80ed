"""The documentation says what the program does: generated parts are up to date, links lead
somewhere, the commands and keys it names exist, and its examples run."""

from __future__ import annotations

import html
import re
import threading
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import ibis
import pyarrow as pa
import pytest
import sqlalchemy as sa

import khop
from khop.adapters.ports import AdapterType, CodeSource, Context, PaperSource, Role
from khop.audit.rules import rule_words
from khop.config.domain_tables import Tables
from khop.config.load import load_config
from khop.config.own_tables import OwnTables
from khop.connectors.notices import notice_headers
from khop.errors import RecordError
from khop.mappings.paper.cells import read_time
from khop.mappings.paper.headers import READ_COLUMNS
from khop.mappings.records import Instant, PaperRow, Reject
from khop.mappings.time.calendar import WorkingCalendar
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import run as run_table
from khop.sync.privacy import ensure_key
from khop.sync.reconciling.rules import RULES, Clock, Rule
from khop.sync.reconciling.rules.settings import check_rules
from tools.generate_docs import BLOCKS, ROOT, adapters, commands, filled, pages

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


@pytest.mark.parametrize(
    "page",
    [
        # the table of faults meets every call of every system with every fault
        pytest.param(page, marks=[pytest.mark.slow] if page.name == "faults.md" else [])
        for page in pages()
    ],
    ids=lambda page: str(page.relative_to(ROOT)),
)
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
    assert page.startswith("before\n")
    assert page.endswith("\nafter")
    assert "\nold\n" not in page
    assert "| A7 |" in page


def test_every_rule_has_its_condition() -> None:
    section = _read("docs/rules.md").split("## Conditions")[1].split("\n## ")[0]
    assert re.findall(r"^\| ([A-Z]\d+) \|", section, re.MULTILINE) == list(RULES)


@pytest.mark.parametrize(("lang", "name"), [("en", "demo.svg"), ("vi", "demo.vi.svg")])
def test_the_picture_is_of_this_version_of_the_rules(lang: str, name: str) -> None:
    drawn = html.unescape(_read(f"docs/img/{name}")).replace("\xa0", " ")
    missing = [rule.name for rule in rule_words(lang).values() if rule.name not in drawn]
    assert missing == [], "run `python -m tools.make_picture`"
    assert " khop show " in drawn, "the picture names a place on somebody's machine"


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
    assert tests == ["make test", "make test-all"]
    assert tests[-1] in _read(".ci/run").splitlines()


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


def test_every_table_that_a_province_may_write_loads(tmp_path: Path) -> None:
    """The examples of tables.md are pieces of khop.toml, but for the file of units."""
    files = {
        "units.toml": next(b for b in _blocks(_read("docs/tables.md"), "toml") if "[[unit]]" in b),
        "procedures.csv": _csv_block("procedure,"),
        "sessions.csv": _csv_block("unit,"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    path, seen = tmp_path / "khop.toml", set()
    for block in _blocks(_read("docs/tables.md"), "toml"):
        if block != files["units.toml"] and "[sources." not in block:
            path.write_text(f'[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n{block}', "utf-8")
            load_config(path, adapters())
            seen |= set(tomllib.loads(block))
    assert seen == set(OwnTables.model_fields)


def test_every_guard_that_the_page_of_rules_shows_is_taken(tmp_path: Path) -> None:
    path, seen = tmp_path / "khop.toml", set()
    for block in _blocks(_read("docs/rules.md"), "toml"):
        path.write_text(f'[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n{block}', "utf-8")
        check_rules(load_config(path, adapters()))
        seen |= set(tomllib.loads(block)["rules"])
    assert {"numbers", "exceptions", "outages", "migrations"} <= seen


def test_the_settings_that_the_page_of_daily_use_shows_are_taken(tmp_path: Path) -> None:
    page, seen = _blocks(_read("docs/configuration.md"), "toml")[0], set()
    for block in _blocks(_read("docs/operate.md"), "toml"):
        raw = tomllib.loads(block)
        text = page + block
        if "sources" in raw:
            (line,) = [line for line in block.splitlines() if line.startswith("dossier_url")]
            text = page.replace('role = "one_stop"', f'role = "one_stop"\n{line}')
        (tmp_path / "khop.toml").write_text(text, "utf-8")
        config = load_config(tmp_path / "khop.toml", adapters())
        check_rules(config)
        seen |= set(raw)
    assert {"notices", "sources"} <= seen


def test_the_receiver_of_the_documentation_takes_each_notice_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret, body = "a secret of both sides", b'{"id": "n1", "findings": [' + _TOLD + b"]}"
    (code,) = [b for b in _blocks(_read("docs/operate.md"), "python") if "verify_notice" in b]
    server = _ran(code)["receiver"](secret, 0)
    server.RequestHandlerClass.log_message = lambda *args: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        signed = notice_headers(secret, "n1", body, datetime.now(UTC))
        forged = signed | {"Khop-Signature": "v1=0"}
        answers = [httpx.post(url, content=body, headers=h) for h in (signed, signed, forged)]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert [answer.status_code for answer in answers] == [204, 204, 400]
    assert capsys.readouterr().out == "new B1 H99.05-261112-0002\n"


_TOLD = b'{"event": "new", "rule": "B1", "subject": "H99.05-261112-0002"}'


def _csv_block(start: str) -> str:
    return next(b for b in _blocks(_read("docs/tables.md"), "csv") if b.startswith(start))


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


def test_the_example_rule_fires_for_results_that_wait_alone() -> None:
    rule = _ran(_blocks(_read("docs/extend.md"), "python")[1])["NOT_COLLECTED"]
    assert isinstance(rule, Rule)
    assert rule.id not in RULES, "the example is a rule by now: show another"
    old, new = (Instant.of(NOW - timedelta(days=days)).us for days in (40, 20))
    told = {"code": ["a", "b", "c", "d"], "os_status": [9, 9, 10, 9]}
    cases = ibis.memtable(pa.table({**told, "os_finished_us": [old, new, old, None]}))
    fired = cases.filter(rule.predicate(cases, Clock(NOW, Tables())))
    assert fired.to_pyarrow().column("code").to_pylist() == ["a"]


def test_the_example_adapter_for_files_gives_rows_and_rejects(tmp_path: Path) -> None:
    kind = _ran(_blocks(_read("docs/extend.md"), "python")[2])["RESULTS"]
    lines = [
        '{"id": 7, "number": "12", "symbol": "QĐ-UBND", "signed": "2026-11-10", "unit": "Xã Mẫu"}',
        '{"id": 8, "number": "13", "symbol": "QĐ-UBND", "signed": "31/02/2026"}',
        '{"id": "Nguyễn Văn Mẫu"}',
    ]
    (tmp_path / "results.jsonl").write_text("\n".join(lines), "utf-8")
    settings = kind.settings(adapter="results_export", role="register", path="results.jsonl")
    context = Context(b"key", tmp_path, lambda: NOW, CALENDAR)
    adapter = kind.build("results", Role.REGISTER, settings, context)
    assert adapter.check().ok
    (tmp_path / "results.jsonl").rename(tmp_path / "elsewhere")
    assert not adapter.check().ok
    (tmp_path / "elsewhere").rename(tmp_path / "results.jsonl")
    assert isinstance(adapter, PaperSource)
    (file,) = adapter.files()
    row, day, line = adapter.rows(file)
    assert isinstance(row, PaperRow)
    assert (row.number, row.unit, row.row_number) == ("12", "Xã Mẫu", 1)
    assert isinstance(day, Reject)
    assert isinstance(line, Reject)
    assert (day.field, day.native_id) == ("signed", "results.jsonl#!2")
    with pytest.raises(RecordError, match="is no result of this export"):
        adapter.replay_row(line.payload)


def test_the_example_of_paper_is_read_as_its_page_says(tmp_path: Path) -> None:
    page, engine = _read("docs/paper.md"), _paper_engine(tmp_path)
    ledger = tmp_path / "so-theo-doi.csv"
    told = _blocks(page, "text")[0].splitlines()
    with engine:
        (checked,) = engine.check()
        assert [step["detail"] for step in checked.steps[1:]] == told
        (first,) = engine.pull().sources
        (bad,) = engine.quarantine()
        ledger.write_text(ledger.read_text("utf-8").replace("31/02", "30/11"), "utf-8")
        (mended,) = engine.pull().sources
        assert engine.quarantine() == []
        ledger.write_text("".join(ledger.read_text("utf-8").splitlines(True)[:5]), "utf-8")
        (withdrawn,) = engine.pull().sources
    parts = [part.as_json() for part in (first, mended, withdrawn)]
    assert [part["stored"] for part in parts] == [2, 1, 0]
    assert [part["deleted"] for part in parts] == [0, 0, 3]
    assert [part["quarantined"] for part in parts] == [1, 0, 0]
    assert f"`{bad.native_id}`" in page
    assert f"*{bad.field}: {bad.reason}*" in page


def _paper_engine(folder: Path) -> khop.Engine:
    """The engine of the example of the page of paper, in this folder."""
    page = _read("docs/paper.md")
    config = f'[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n{_blocks(page, "toml")[0]}'
    (folder / "khop.toml").write_text(config, "utf-8")
    (folder / "so-theo-doi.csv").write_text(_blocks(page, "csv")[0], "utf-8")
    ensure_key(folder / "khop.key")
    create_ledger(f"sqlite:///{folder / 'khop.db'}")
    return khop.open_engine(load_config(folder / "khop.toml", adapters()), adapters())


def test_the_rows_of_the_example_of_paper_keep_nobody(tmp_path: Path) -> None:
    with _paper_engine(tmp_path) as engine:
        engine.pull()
        shown = engine.show("H99.18.03-261110-0001")
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("khop.db*"))
    assert shown is not None
    assert [row["unit"] for row in shown.paper] == ["UBND xã Mẫu 3"]
    assert "Nguyễn V. M.".encode() in kept
    for name in ("Nguyễn Văn Mẫu", "Trần Thị Mẫu", "01/02/1990"):
        assert name.encode() not in kept


def test_every_day_that_the_page_of_paper_shows_is_read() -> None:
    (item,) = re.findall(
        r"^- \*\*Days\*\*(.*?)^- ", _read("docs/paper.md"), re.DOTALL | re.MULTILINE
    )
    days = re.findall(r"`([^`]+)`", item)
    read = [read_time(day, "received") for day in days]
    assert len(read) > 4
    assert {moment.local_date.isoformat() for moment in read if moment} == {"2026-11-10"}


def test_the_page_of_paper_names_every_column_that_is_read() -> None:
    table = _read("docs/paper.md").split("| Meaning | Column |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", table)) == READ_COLUMNS
