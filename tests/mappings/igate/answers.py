"""Answers of iGate that tests share: the samples, with changes."""

from __future__ import annotations

from functools import partial
from typing import Any

from khop.mappings.igate.mapping import IgateMapping
from khop.mappings.states.status import igate_channels, igate_statuses
from tests.mappings.samples import load_sample

sample = partial(load_sample, "igate")
KEY = b"k" * 32
MAPPING = IgateMapping("igate", KEY, igate_statuses({}, {}), igate_channels({}, {}))


def item(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = sample("list-01")["content"][0]
    return {**found, **changes}


def detail(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = sample("det-01")
    return {**found, **changes}


def task(number: int, label: Any, created: Any, **more: Any) -> dict[str, Any]:
    named = {} if label is None else {"activitiTask": {"id": "a", "status": label}}
    return {"id": f"t{number}", "createdDate": created, **named, **more}


HISTORY = [
    task(3, "Đã trả hồ sơ", "2025-08-22T10:00:00.000+0700"),
    task(1, {"id": "x", "name": "Được tiếp nhận"}, "2025-08-20T09:00:00.000+0700"),
    task(2, [{"languageId": 228, "name": "Thụ lý hồ sơ"}], "2025-08-20T09:05:00.000+0700"),
    task(4, "Chờ ký số liên thông", "2025-08-21T09:05:00.000+0700"),
    task(5, "Đang xử lý", "2025-08-21T10:05:00.000+0700"),
    task(6, None, "2025-08-21T11:05:00.000+0700"),
]
