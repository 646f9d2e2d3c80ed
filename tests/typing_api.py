"""How the public names are used, for the type checker alone; it is never run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import khop


def a_day(path: Path) -> int:
    types: Mapping[str, khop.AdapterType] = khop.adapter_types()
    config: khop.Config = khop.load_config(path, types)
    made: bool = khop.ensure_key(config.key_path)
    khop.create_ledger(config.ledger_url)
    with khop.open_engine(config, types, clock=lambda: datetime.now(UTC)) as engine:
        pulled: khop.PullSummary = engine.pull(["igate"], full=made)
        compared: khop.ReconcileSummary = engine.reconcile()
        plan: khop.Plan = engine.plan(["A7"])
        applied: khop.ApplySummary = engine.apply(plan, confirm=lambda question: False)
        repaired: khop.RepairSummary = engine.repair_policies.run(stop=lambda: False)
        policies: list[khop.PolicyStatus] = engine.repair_policies.status()
        findings: Iterator[khop.Finding] = engine.findings(severities=["S1"])
        page: khop.FindingPage = engine.lists.page(code_ends="0001", states=["resolved"])
        counted: list[khop.FindingCount] = engine.lists.counts(units=["UBND xã Mẫu"])
        days: list[khop.FindingDay] = engine.lists.days(date(2026, 11, 1), date(2026, 11, 30))
        with engine.lists.whole(acts=["CB"]) as whole:
            told: khop.Totals = whole.totals
        view: khop.CaseView | None = engine.show("H99.1-261120-0001")
    listed = page.number + len(counted) + len(days) + told.findings
    done = listed + len(applied.applied) + len(repaired.policies) + len(policies)
    return pulled.run + compared.open + done + sum(1 for _ in findings) + bool(view)


def adapters(config: khop.Config, context: khop.Context) -> list[khop.Adapter]:
    return khop.build_adapters(config, context, ["igate"])


def is_worked(config: khop.Config, day: date) -> bool:
    tables: khop.Tables = khop.Tables.of(config)
    calendar: khop.WorkingCalendar = tables.calendar
    return calendar.is_working(day)


def what_failed(error: khop.KhopError) -> str:
    if isinstance(error, khop.ConfigError):
        return error.key or str(error)
    if isinstance(error, khop.ConnectorError):
        return f"{error.system} {error.operation}"
    return str(error)


def state_of(record: khop.DossierRecord) -> khop.Status | None:
    return record.status


def told(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    notice = khop.verify_notice(secret, headers, body, now=datetime.now(UTC))
    return str(notice["id"])
