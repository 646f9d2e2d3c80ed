"""How a call to the portal is written, in each of its dialects (docs/systems/dvcqg.md).

=========  ==================================  ================================  ==============
dialect    a read                              a write                           access
=========  ==================================  ================================  ==============
native     POST, keys in the envelope          POST, list in the envelope        session
wrapper    GET <path>/<service>?<keys>         POST <path>/<service>, bare list  none or Bearer
query      only where an address is given      POST …?isUpdating=…&MaDinhDanhDV  none or Bearer
=========  ==================================  ================================  ==============

The record inside is the same everywhere; a dialect decides about what stands around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from khop.connectors.http.checks import header_value, http_address
from khop.connectors.http.transport import CallOptions
from khop.errors import ConfigError, Refused

#: The services that a dialect may keep at addresses of its own.
CREATE, UPDATE, PROGRESS, LOOK_UP = "create", "update", "progress", "look_up"

_OF_UNIT = "LayDanhSachTTHCDonVi"
#: Everything that may have an address of its own; dictionaries (LayDanhMuc…) besides.
ENDPOINTS = frozenset(
    {
        CREATE,
        UPDATE,
        PROGRESS,
        LOOK_UP,
        "DongBoTrangThaiHoSo",
        "LayDanhSachTTHC",
        _OF_UNIT,
        "LayThuTuc",
        "LayDVC",
        "LayQDCB",
        "TraCuuTechID",
        "LayDanhSachHoiDapGuiTuDVCQG",
        "LayDanhSachHoiDapBoCoQuan",
        "LayNoiDungTraLoiTheoCauHoi",
        "DongBoHoiDap",
        "DongBoKetQuaHoiDapGuiTuDVCQG",
        "DanhSachPAKNChoXuLy",
        "DongBoDanhGia",
    }
)

_SYNC, _STEPS, _FIND = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo"
_RETURN_STATUS = "DongBoTrangThaiHoSo"
#: Where these services stand unless khop.toml says otherwise; "" is nowhere. The look-up is
#: not known of any wrapper (docs/systems/dvcqg.md).
_WRAPPER_ENDPOINTS = {
    CREATE: _SYNC,
    UPDATE: _SYNC,
    PROGRESS: _STEPS,
    LOOK_UP: "",
    _RETURN_STATUS: f"{_RETURN_STATUS}KM",
}
_QUERY_ENDPOINTS = {CREATE: _SYNC, UPDATE: _SYNC, PROGRESS: _STEPS, LOOK_UP: ""}


@dataclass(frozen=True, slots=True)
class Call:
    """One call before it is written.

    ``keys``: the service's own keys. ``data``: what is written, a list or an object; None for
    a read. ``updating``: for a dossier, whether the portal has it. ``shared``: a catalogue.
    ``personal``: the keys hold personal data, which never stands in an address.
    """

    service: str
    keys: Mapping[str, object] = field(default_factory=dict, repr=False)
    data: object = field(default=None, repr=False)
    updating: bool | None = None
    shared: bool = False
    personal: bool = False

    @property
    def endpoint(self) -> str:
        """Its name among the addresses of khop.toml."""
        if self.service == _SYNC:
            return UPDATE if self.updating else CREATE
        return {_STEPS: PROGRESS, _FIND: LOOK_UP}.get(self.service, self.service)


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """``options``: parameters, headers and body of the call."""

    method: str
    url: str
    options: CallOptions = field(repr=False)


class Dialect(Protocol):
    """Writes calls. ``address``: what is tried to see whether anybody is there."""

    address: str

    def offers(self, endpoint: str) -> bool:
        """Whether there is an address for ``create``, ``look_up`` or a service's name."""

    def write(self, call: Call, session: str) -> WrittenCall:
        """The call with this session or token. Raises Refused when it cannot be written."""


class NativeDialect:
    """The portal's own contract, through the security server's adapter.

    ``share_path``: where the catalogues are, if elsewhere. ``dstcode_in``: where the
    destination travels; blank, it does not. ``dstcode_at_login``: whether the login has it
    too. ``providerurl``: address of the provider, for adapters that want it.
    """

    def __init__(
        self,
        system: str,
        *,
        base_url: str,
        login_path: str,
        data_path: str,
        share_path: str | None = None,
        madonvi: str,
        dstcode: str,
        dstcode_in: Literal["header", "query"] = "header",
        dstcode_at_login: bool = True,
        providerurl: str | None = None,
    ) -> None:
        self._system = system
        base = self.address = http_address(system, "base_url", base_url)
        self._login_url = _joined(base, login_path)
        self._data_url = _joined(base, data_path)
        self._share_url = _joined(base, share_path or data_path)
        self._madonvi = madonvi
        route = {"dstcode": header_value(system, "dstcode", dstcode)} if dstcode.strip() else {}
        self._headers = route if dstcode_in == "header" else {}
        self._params = route if dstcode_in == "query" else {}
        self._routed_login = dstcode_at_login
        self._provider: dict[str, str] = {}
        if providerurl:
            self._provider = {"providerurl": http_address(system, "providerurl", providerurl)}

    def offers(self, endpoint: str) -> bool:
        return endpoint != _OF_UNIT

    def login(self, username: str, password: str) -> WrittenCall:
        """The call that opens a session (docs/systems/dvcqg.md)."""
        account = {"username": username, "password": password}
        return self._posted(self._login_url, account, routed=self._routed_login)

    def write(self, call: Call, session: str) -> WrittenCall:
        if not self.offers(call.endpoint):
            raise Refused(self._system, call.service, detail="only wrappers have this service")
        body: dict[str, object] = {
            "session": session,
            "madonvi": self._madonvi,
            "service": call.service,
            **call.keys,
        }
        if call.updating is not None:
            body["isUpdating"] = str(call.updating)
        if call.data is not None:
            body["data"] = call.data
        return self._posted(self._share_url if call.shared else self._data_url, body)

    def _posted(self, url: str, body: object, *, routed: bool = True) -> WrittenCall:
        headers, params = (self._headers, self._params) if routed else ({}, {})
        options: CallOptions = {
            "headers": {"Charset": "utf-8", **headers},
            "params": {**params, **self._provider},
            "json": body,
        }
        return WrittenCall("POST", url, options)


class BareDialect:
    """A wrapper before the portal: reads with a query string, writes with a bare body.

    ``service_path``: where its services stand, each under its name. ``endpoints``: those that
    stand elsewhere: a name below ``service_path``, a path from ``/`` on, a whole address, or ""
    for what there is not. ``unit``: code of the province, sent with each write as
    MaDinhDanhDV. ``flagged``: create and update are told apart by ``isUpdating``; so are they
    also where both have one address.
    """

    def __init__(
        self,
        system: str,
        *,
        base_url: str,
        service_path: str,
        endpoints: Mapping[str, str],
        reads: bool,
        unit: str = "",
        flagged: bool = False,
    ) -> None:
        self._system = system
        self.address = http_address(system, "base_url", base_url)
        self._services = _joined(self.address, service_path).rstrip("/")
        self._reads = reads
        self._urls = {name: self._url(name, where) for name, where in endpoints.items()}
        self._params = {"MaDinhDanhDV": unit} if unit else {}
        self._flagged = flagged or self._urls.get(CREATE) == self._urls.get(UPDATE)

    def offers(self, endpoint: str) -> bool:
        return bool(self._urls.get(endpoint, self._reads))

    def write(self, call: Call, session: str) -> WrittenCall:
        if not self.offers(call.endpoint):
            raise self._refused(call, f"there is no address for it; name one as {call.endpoint}")
        headers = {"Authorization": f"Bearer {session}"} if session else {}
        url = self._urls.get(call.endpoint) or f"{self._services}/{call.service}"
        if call.data is None:
            return WrittenCall("GET", url, {"headers": headers, "params": self._asked(call)})
        return WrittenCall(
            "POST", url, {"headers": headers, "params": self._flags(call), "json": call.data}
        )

    def _asked(self, call: Call) -> dict[str, str]:
        if call.personal:
            raise self._refused(call, "it would write an identity number into an address")
        return {key: str(value) for key, value in call.keys.items()}

    def _flags(self, call: Call) -> dict[str, str]:
        if call.updating is None or not self._flagged:
            return self._params
        return {"isUpdating": str(call.updating), **self._params}

    def _url(self, name: str, where: str) -> str:
        where = where.strip()
        if "://" in where:
            return http_address(self._system, f"endpoints.{name}", where)
        if where.startswith("/"):
            return _joined(self.address, where)
        return f"{self._services}/{where}" if where else ""

    def _refused(self, call: Call, why: str) -> Refused:
        return Refused(self._system, call.service, detail=f"this dialect cannot ask for it: {why}")


def wrapper_dialect(
    system: str, *, base_url: str, service_path: str, endpoints: Mapping[str, str]
) -> BareDialect:
    """Dialect B, ``KetNoiMotCuaQuocGia`` (docs/systems/dvcqg.md). Raises ConfigError."""
    return BareDialect(
        system,
        base_url=base_url,
        service_path=service_path,
        endpoints={**_WRAPPER_ENDPOINTS, **endpoints},
        reads=True,
    )


def query_dialect(
    system: str, *, base_url: str, service_path: str, endpoints: Mapping[str, str], madonvi: str
) -> BareDialect:
    """Dialect C, flag and unit in the query string (docs/systems/dvcqg.md). Raises ConfigError."""
    if not madonvi.strip():
        raise ConfigError("the dialect query sends it with each dossier", key=_key(system))
    return BareDialect(
        system,
        base_url=base_url,
        service_path=service_path,
        endpoints={**_QUERY_ENDPOINTS, **endpoints},
        reads=False,
        unit=madonvi.strip(),
        flagged=True,
    )


def _key(system: str) -> str:
    return f"sources.{system}.madonvi"


def _joined(base: str, path: str) -> str:
    return f"{base}/{path.lstrip('/')}"
