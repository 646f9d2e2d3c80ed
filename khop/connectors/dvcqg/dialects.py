"""How each dialect of the portal writes a call (docs/systems/dvcqg.md).

=========  ==================================  ================================  ==============
dialect    a read                              a write                           access
=========  ==================================  ================================  ==============
native     POST, keys in the envelope          POST, list in the envelope        session
wrapper    GET <path>/<service>?<keys>         POST <path>/<service>, bare list  none or Bearer
query      only where an address is given      POST …?isUpdating=…&MaDinhDanhDV  none or Bearer
=========  ==================================  ================================  ==============

The record itself is the same in all of them; the dialects differ in the envelope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from khop.connectors.http.checks import header_value, http_address, joined_url
from khop.connectors.http.sessions import bearer
from khop.connectors.http.transport import CallOptions
from khop.errors import ConfigError, Refused

#: Names of the services that khop.toml may give an address of their own.
CREATE, UPDATE, PROGRESS, LOOK_UP = "create", "update", "progress", "look_up"

_OF_UNIT = "LayDanhSachTTHCDonVi"
#: All names that may have an address of their own, besides the dictionaries (LayDanhMuc…).
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
#: Addresses of these services unless khop.toml has others; "" where there is none. No wrapper
#: with a look-up is known (docs/systems/dvcqg.md).
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
    """One call before a dialect writes it.

    ``keys``: the service's own keys. ``data``: the list or object to write; None for a read.
    ``updating``: for a dossier, whether the portal has it. ``shared``: the service is one of the
    catalogues. ``personal``: the keys hold personal data, which is never part of an address.
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
    """``carry``: headers, parameters and body of the call, given the session or token."""

    method: str
    url: str
    carry: Callable[[str], CallOptions] = field(repr=False)


class Dialect(Protocol):
    """Writes calls. ``address``: called to see whether a server answers there."""

    address: str

    def offers(self, endpoint: str) -> bool:
        """Whether there is an address for ``create``, ``look_up`` or a service's name."""

    def write(self, call: Call) -> WrittenCall:
        """The call in this dialect. Raises Refused when the dialect has no form for it."""


@dataclass(frozen=True, slots=True)
class NativeDeployment:
    """The security server's adapter before the portal, and how it is called.

    ``share_path``: path of the catalogues, where it is not ``data_path``. ``dstcode``: the
    destination; with "" none is sent. ``dstcode_in``: where it travels. ``dstcode_at_login``:
    whether the login carries it too. ``providerurl``: address of the provider, for adapters that
    require it.
    """

    base_url: str
    login_path: str
    data_path: str
    madonvi: str
    dstcode: str
    share_path: str | None = None
    dstcode_in: Literal["header", "query"] = "header"
    dstcode_at_login: bool = True
    providerurl: str | None = None


class NativeDialect:
    """The portal's own contract, through the security server's adapter."""

    def __init__(self, system: str, deployment: NativeDeployment) -> None:
        self._system = system
        self._deployment = deployment
        self.address = http_address(system, "base_url", deployment.base_url)
        dstcode, where = deployment.dstcode, deployment.dstcode_in
        route = {"dstcode": header_value(system, "dstcode", dstcode)} if dstcode.strip() else {}
        self._headers = route if where == "header" else {}
        self._params = route if where == "query" else {}
        self._provider: dict[str, str] = {}
        if deployment.providerurl:
            address = http_address(system, "providerurl", deployment.providerurl)
            self._provider = {"providerurl": address}

    def offers(self, endpoint: str) -> bool:
        return endpoint != _OF_UNIT

    def login(self, username: str, password: str) -> WrittenCall:
        """The call that opens a session (docs/systems/dvcqg.md)."""
        account = {"username": username, "password": password}
        routed = self._deployment.dstcode_at_login
        url = joined_url(self.address, self._deployment.login_path)
        return WrittenCall("POST", url, lambda session: self._options(account, routed=routed))

    def write(self, call: Call) -> WrittenCall:
        if not self.offers(call.endpoint):
            raise Refused(self._system, call.service, detail="only wrappers have this service")
        body: dict[str, object] = {
            "madonvi": self._deployment.madonvi,
            "service": call.service,
            **call.keys,
        }
        if call.updating is not None:
            body["isUpdating"] = str(call.updating)
        if call.data is not None:
            body["data"] = call.data
        share_path, data_path = self._deployment.share_path, self._deployment.data_path
        path = (share_path if call.shared else None) or data_path
        return WrittenCall(
            "POST",
            joined_url(self.address, path),
            lambda session: self._options({"session": session, **body}),
        )

    def _options(self, body: object, *, routed: bool = True) -> CallOptions:
        headers, params = (self._headers, self._params) if routed else ({}, {})
        return {
            "headers": {"Charset": "utf-8", **headers},
            "params": {**params, **self._provider},
            "json": body,
        }


@dataclass(frozen=True, slots=True)
class ServiceAddresses:
    """Where a wrapper has its services: below ``service_path``, each under its name.

    ``endpoints``: the services that are elsewhere: a name below ``service_path``, a path that
    begins with ``/``, a whole address, or "" where the wrapper lacks the service.
    """

    base_url: str
    service_path: str
    endpoints: Mapping[str, str] = field(default_factory=dict)


class ServiceDialect:
    """A wrapper before the portal: reads with a query string, writes with the bare record.

    ``reads``: whether services that are not among the endpoints can be read. ``unit``: the
    province's code, sent with each write as MaDinhDanhDV. ``flagged``: create and update differ
    by ``isUpdating``, as they do wherever both have one address.
    """

    def __init__(
        self,
        system: str,
        addresses: ServiceAddresses,
        *,
        reads: bool,
        unit: str = "",
        flagged: bool = False,
    ) -> None:
        self._system = system
        self.address = http_address(system, "base_url", addresses.base_url)
        self._services = joined_url(self.address, addresses.service_path).rstrip("/")
        self._reads = reads
        self._urls = {name: self._url(name, where) for name, where in addresses.endpoints.items()}
        self._params = {"MaDinhDanhDV": unit} if unit else {}
        self._flagged = flagged or self._urls.get(CREATE) == self._urls.get(UPDATE)

    def offers(self, endpoint: str) -> bool:
        return bool(self._urls.get(endpoint, self._reads))

    def write(self, call: Call) -> WrittenCall:
        if not self.offers(call.endpoint):
            raise self._refused(call, f"there is no address for it; name one as {call.endpoint}")
        if call.personal and call.data is None:
            raise self._refused(call, "it would write an identity number into an address")
        url = self._urls.get(call.endpoint) or f"{self._services}/{call.service}"
        options: CallOptions = {"params": self._flags(call), "json": call.data}
        if call.data is None:
            options = {"params": {key: str(value) for key, value in call.keys.items()}}

        def carry(token: str) -> CallOptions:
            return {**options, **(bearer(token) if token else {})}

        return WrittenCall("GET" if call.data is None else "POST", url, carry)

    def _flags(self, call: Call) -> dict[str, str]:
        if call.updating is None or not self._flagged:
            return self._params
        return {"isUpdating": str(call.updating), **self._params}

    def _url(self, name: str, where: str) -> str:
        where = where.strip()
        if "://" in where:
            return http_address(self._system, f"endpoints.{name}", where)
        if where.startswith("/"):
            return joined_url(self.address, where)
        return f"{self._services}/{where}" if where else ""

    def _refused(self, call: Call, why: str) -> Refused:
        return Refused(self._system, call.service, detail=f"this dialect cannot ask for it: {why}")


def wrapper_dialect(system: str, addresses: ServiceAddresses) -> ServiceDialect:
    """Dialect B, ``KetNoiMotCuaQuocGia`` (docs/systems/dvcqg.md). Raises ConfigError."""
    return ServiceDialect(system, _with_defaults(addresses, _WRAPPER_ENDPOINTS), reads=True)


def query_dialect(system: str, addresses: ServiceAddresses, madonvi: str) -> ServiceDialect:
    """Dialect C, flag and unit in the query string (docs/systems/dvcqg.md). Raises ConfigError."""
    if not madonvi.strip():
        raise ConfigError(
            "the dialect query sends it with each dossier", key=f"sources.{system}.madonvi"
        )
    addresses = _with_defaults(addresses, _QUERY_ENDPOINTS)
    return ServiceDialect(system, addresses, reads=False, unit=madonvi.strip(), flagged=True)


def _with_defaults(addresses: ServiceAddresses, usual: Mapping[str, str]) -> ServiceAddresses:
    return replace(addresses, endpoints={**usual, **addresses.endpoints})
