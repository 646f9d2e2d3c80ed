"""The portal's query dialect."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from khop.sandbox import DvcqgOptions, World
from tests.sandbox.dvcqg.client import CODE, QUERY, record, step, write
from tests.sandbox.helpers import kinds


def query_target(service: str, **query: str) -> str:
    return f"{service}?{urlencode({'MaDinhDanhDV': '000.00.01.H99', **query})}"


def test_flag_and_unit_are_read_from_the_query(both: Any) -> None:
    sandbox, client = both
    create = query_target("DongBoHoSoMC", isUpdating="False")
    update = query_target("DongBoHoSoMC", isUpdating="True")

    assert write(client, create, [record()], QUERY)[0] in ("0", "00", "000")
    assert "đã tồn tại" in write(client, create, [record()], QUERY)[1]
    write(client, update, [record(TrangThaiHoSo="8")], QUERY)
    write(client, query_target("CapNhatTienDoHoSoMC"), [step()], QUERY)

    assert sandbox.world.portal[CODE].status == 8
    assert len(sandbox.steps(CODE)) == 1
    assert kinds(sandbox) == ["doubled_create"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"isUpdating": "true"}, "bad_flag"),
        ({}, "bad_flag"),
        ({"isUpdating": "True", "MaDinhDanhDV": "H22"}, "bad_unit"),
    ],
)
def test_a_query_without_a_valid_flag_or_unit_is_refused(
    both: Any, query: dict[str, str], kind: str
) -> None:
    sandbox, client = both
    assert write(client, query_target("DongBoHoSoMC", **query), [record()], QUERY)[0] == "-1"
    assert kinds(sandbox) == [kind]


def test_the_query_dialect_serves_reads_only_if_configured(running: Any, world: World) -> None:
    code = next(c for c in world.portal if c not in world.unanswered)
    target = f"{QUERY}TraCuuHoSo?mahoso={code}"
    with running(world) as (_, client):
        assert client.call("dvcqg", "GET", target)[0].status == 404
    with running(world, dvcqg=DvcqgOptions(query_reads=True)) as (_, client):
        _, raw = client.call("dvcqg", "GET", target)
        assert json.loads(raw)["result"][0]["MaHoSo"] == code
