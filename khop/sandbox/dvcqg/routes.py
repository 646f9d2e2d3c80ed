"""The service of the portal that a request calls, its dialect and its keys.

::

    native    POST {XrdAdapter|VXPAdapter}/RestService/forward/mapi/{login|g|share}, an envelope
    wrapper   GET or POST KetNoiMotCuaQuocGia/<service>, a query or a bare array
    query     POST api/SynsTTHCC/<service>?isUpdating=True&MaDinhDanhDV=…, a bare array

Source: docs/systems/dvcqg.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from khop.loopback import Request

Dialect = Literal["native", "wrapper", "query"]

ADAPTERS = ("XrdAdapter", "VXPAdapter")
ADAPTER_TAIL = "/RestService/forward/mapi/"
WRAPPER_PREFIX = "/KetNoiMotCuaQuocGia/"
QUERY_PREFIX = "/api/SynsTTHCC/"
_NATIVE = re.compile(rf"/(?:{'|'.join(ADAPTERS)}){ADAPTER_TAIL}(login|g|share)")
#: Services with another name in the wrapper.
_WRAPPER_NAMES = {
    "LayDanhSachTTHCDonVi": "LayDanhSachTTHC",
    "DongBoTrangThaiHoSoKM": "DongBoTrangThaiHoSo",
}
#: The keys of the services; servers of these dialects ignore their case in a query.
_QUERY_KEYS = {
    name.casefold(): name
    for name in ("mahoso", "maTTHC", "idQDCB", "mstorcmnd", "cauhoiid", "maDonVi", "isUpdating",
                 "MaDinhDanhDV")
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writes:
    """The wrapper's names of the three writes, which each deployment configures."""

    create: str = "DongBoHoSoMC"
    update: str = "CapNhatHoSoMC"
    progress: str = "CapNhatTienDoHoSoMC"


@dataclass(frozen=True, slots=True)
class Route:
    """A call of a service. ``endpoint``: the last part of a native path. ``body``: the JSON of the
    request, or None. ``method``: the only one that this service allows."""

    dialect: Dialect
    endpoint: str
    service: str
    method: str
    keys: Mapping[str, Any]
    body: Any


def route_of(request: Request, writes: Writes) -> Route | None:
    """The call in a request; None for an unknown path."""
    if (match := _NATIVE.fullmatch(request.path)) is not None:
        body = request.json()
        keys = body if isinstance(body, dict) else {}
        return Route("native", match[1], str(keys.get("service")), "POST", keys, body)
    if request.path.startswith(WRAPPER_PREFIX):
        return _wrapper(request, request.path.removeprefix(WRAPPER_PREFIX), writes)
    if request.path.startswith(QUERY_PREFIX):
        return _query(request, request.path.removeprefix(QUERY_PREFIX))
    return None


def _wrapper(request: Request, name: str, writes: Writes) -> Route:
    body = request.json()
    flags = {writes.create: "False", writes.update: "True"}
    if name in flags:
        keys = {"isUpdating": flags[name], "data": body}
        return Route("wrapper", "", "DongBoHoSoMC", "POST", keys, body)
    if name == writes.progress:
        return Route("wrapper", "", "CapNhatTienDoHoSoMC", "POST", {"data": body}, body)
    service = _WRAPPER_NAMES.get(name, name)
    if name == "DongBoTrangThaiHoSoKM":
        return Route("wrapper", "", service, "POST", {"type": "2", "data": body}, body)
    if name == "getfile":
        return Route("wrapper", "", name, "POST", {}, body)
    return Route("wrapper", "", service, "GET", _keys(request), None)


def _query(request: Request, name: str) -> Route:
    body = request.json()
    keys = _keys(request)
    method = "POST" if name in ("DongBoHoSoMC", "CapNhatTienDoHoSoMC") else "GET"
    return Route("query", "", name, method, {**keys, "data": body}, body)


def _keys(request: Request) -> dict[str, Any]:
    return {_QUERY_KEYS.get(key.casefold(), key): value for key, value in request.query.items()}
