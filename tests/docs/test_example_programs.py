"""The example programs of the pages run and do what the pages say."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import ibis
import pyarrow as pa
import pytest
import sqlalchemy as sa

from khop.adapters.ports import AdapterType, CodeSource, Context, PaperSource, Role
from khop.config.domain_tables import Tables
from khop.connectors.notices import notice_headers
from khop.errors import RecordError
from khop.mappings.records import Instant, PaperRow, Reject
from khop.mappings.time.calendar import WorkingCalendar
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import run as run_table
from khop.sync.privacy import ensure_key
from khop.sync.reconciling.rules import RULES, Clock, Rule
from khop.sync.reconciling.rules.clock import RUN_VALUES, run_values
from khop.sync.reconciling.sql import question
from khop.sync.reconciling.warehouse import load_duckdb, run_duckdb
from tests.docs.pages import blocks, ran, read

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CALENDAR = WorkingCalendar((), ())


def test_the_example_receiver_accepts_each_notice_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret, body = "a secret of both sides", b'{"id": "n1", "findings": [' + _TOLD + b"]}"
    (code,) = [b for b in blocks(read("docs/operate.md"), "python") if "verify_notice" in b]
    server = ran(code)["receiver"](secret, 0)
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


def test_the_readmes_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "khop.toml").write_text('[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n', "utf-8")
    url = f"sqlite:///{tmp_path / 'khop.db'}"
    ensure_key(tmp_path / "khop.key")
    create_ledger(url)
    monkeypatch.chdir(tmp_path)
    ran(blocks(read("README.md"), "python")[0])
    ledger = Ledger(url)
    with ledger.read() as connection:
        kinds = connection.scalars(sa.select(run_table.c.kind).order_by(run_table.c.id)).all()
    ledger.close()
    assert kinds == ["pull", "reconcile"]


def test_the_example_adapter_names_the_codes_of_its_file(tmp_path: Path) -> None:
    kind = ran(blocks(read("docs/extend.md"), "python")[0])["ADAPTER"]
    assert isinstance(kind, AdapterType)
    settings = kind.settings(adapter="code_list", role="portal", path="codes.txt")
    context = Context(b"key", tmp_path, lambda: NOW, CALENDAR)
    adapter = kind.build("list", Role.PORTAL, settings, context)
    assert isinstance(adapter, CodeSource)
    assert not adapter.check().ok
    (tmp_path / "codes.txt").write_text("h99.01-261120-0001\n\n H99.01-261120-0002 \n", "utf-8")
    assert list(adapter.codes()) == ["H99.01-261120-0001", "H99.01-261120-0002"]
    assert adapter.check().ok


def test_the_example_rule_fires_only_for_results_that_wait() -> None:
    rule = ran(blocks(read("docs/extend.md"), "python")[1])["NOT_COLLECTED"]
    assert isinstance(rule, Rule)
    assert rule.id not in RULES, "the example is a rule by now: show another"
    old, new = (Instant.of(NOW - timedelta(days=days)).us for days in (40, 20))
    told = {"code": ["a", "b", "c", "d"], "os_status": [9, 9, 10, 9]}
    given = pa.table({**told, "os_finished_us": [old, new, old, None]})
    cases, clock = ibis.table(ibis.Schema.from_pyarrow(given.schema), "cases"), Clock(NOW, Tables())
    fired = clock.asked.in_query(cases.filter(rule.predicate(cases, clock)), cases)
    with duckdb.connect() as connection:
        load_duckdb(connection, "cases", given)
        load_duckdb(connection, RUN_VALUES, run_values(clock.asked.values, clock))
        found = list(run_duckdb(connection, question(fired, "duckdb")))
    assert [row["code"] for row in found] == ["a"]


def test_the_example_adapter_for_files_gives_rows_and_rejects(tmp_path: Path) -> None:
    kind = ran(blocks(read("docs/extend.md"), "python")[2])["RESULTS"]
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
