"""``[sources.NAME]`` with ``adapter = "dvcqg"``: the keys of each dialect of the portal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from khop.adapters.ports import Context
from khop.adapters.settings import (
    AnswerOverrides,
    CodeOverrides,
    HttpSettings,
    Secret,
    StatusOverrides,
    shared_fields,
)
from khop.connectors.dvcqg import (
    FixedLogin,
    NativeDeployment,
    NativeDialect,
    OAuthLogin,
    PortalLogin,
    ServiceAddresses,
    query_dialect,
    wrapper_dialect,
)
from khop.connectors.dvcqg.access import Login
from khop.connectors.dvcqg.dialects import ENDPOINTS, Dialect

#: Keys by the dialects that read them. A key of another dialect is refused: it has no effect.
_NATIVE_ONLY = (
    "login_path", "data_path", "share_path", "username", "password", "dstcode", "providerurl",
)  # fmt: skip
_BARE_ONLY = ("service_path", "endpoints", "token", "token_url", "client_id", "client_secret")
_NEEDED = {
    "native": ("username", "password", "madonvi", "dstcode"),
    "wrapper": (),
    "query": ("madonvi",),
}
_DICTIONARY = "LayDanhMuc"
_SERVICE_PATHS = {"wrapper": "/KetNoiMotCuaQuocGia", "query": "/api/SynsTTHCC"}


def _known_endpoints(endpoints: Mapping[str, str]) -> Mapping[str, str]:
    for name in endpoints:
        if name not in ENDPOINTS and not name.startswith(_DICTIONARY):
            raise PydanticCustomError(
                "endpoint",
                "{name} is no service of the portal; known: {known}",
                {"name": name, "known": ", ".join(sorted(ENDPOINTS))},
            )
    return endpoints


class DvcqgSettings(HttpSettings):
    """``[sources.NAME]`` with ``adapter = "dvcqg"``."""

    dialect: Annotated[
        Literal["native", "wrapper", "query"],
        Field(
            description="native: the portal's own contract, through the security server; "
            "wrapper: KetNoiMotCuaQuocGia, services by address; "
            "query: flag and unit in the address."
        ),
    ] = "native"
    base_url: Annotated[
        str,
        Field(
            description="The security server's adapter, such as http://10.0.0.1:8080; "
            "or the wrapper, such as https://apidvc.example.vn."
        ),
    ]
    adapter_name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_.-]+$",
            description="native: the adapter on the security server; XrdAdapter, later VXPAdapter.",
        ),
    ] = "XrdAdapter"
    login_path: Annotated[
        str | None,
        Field(
            description="native: path of the login, where it is not "
            "/<adapter_name>/RestService/forward/mapi/login."
        ),
    ] = None
    data_path: Annotated[
        str | None,
        Field(
            description="native: path of every data call, where it is not "
            "/<adapter_name>/RestService/forward/mapi/g."
        ),
    ] = None
    share_path: Annotated[
        str | None, Field(description="native: path of the catalogues, where it is another path.")
    ] = None
    username: Annotated[
        str | None,
        Field(validate_default=True, description="native, needed: account at the portal."),
    ] = None
    password: Annotated[
        Secret | None,
        Field(
            validate_default=True,
            description="native, needed: its password: { env = … } or { file = … }.",
        ),
    ] = None
    madonvi: Annotated[
        str | None,
        Field(
            validate_default=True,
            description="native and query, needed: the province's unit code, such as "
            "000.00.00.H99.",
        ),
    ] = None
    dstcode: Annotated[
        str | None,
        Field(
            validate_default=True,
            description="native, needed: destination system on the exchange axis.",
        ),
    ] = None
    dstcode_in: Annotated[
        Literal["header", "query"], Field(description="native: where dstcode travels.")
    ] = "header"
    dstcode_at_login: Annotated[
        bool, Field(description="native: whether the login carries dstcode too.")
    ] = True
    providerurl: Annotated[
        str | None,
        Field(description="native: address of the provider, for adapters that require it."),
    ] = None
    session_minutes: Annotated[
        float,
        Field(
            gt=0,
            description="native: how long a session is used; the portal does not tell its expiry.",
        ),
    ] = 10.0
    service_path: Annotated[
        str | None,
        Field(
            description="wrapper and query: path of the services, where it is not "
            "/KetNoiMotCuaQuocGia or /api/SynsTTHCC."
        ),
    ] = None
    endpoints: Annotated[
        Mapping[str, str],
        AfterValidator(_known_endpoints),
        Field(
            description="wrapper and query: services with another address: create, update, "
            "progress, look_up, or a service's name, to a name below service_path, a path that "
            'begins with /, or a whole address; "" for a service that does not exist. Without '
            "look_up here dossiers cannot be looked up."
        ),
    ] = {}
    token: Annotated[
        Secret | None,
        Field(description="wrapper and query: a Bearer token without expiry, if one is required."),
    ] = None
    token_url: Annotated[
        str | None,
        Field(description="wrapper and query: where OAuth 2 issues a Bearer token."),
    ] = None
    client_id: Annotated[
        str | None, Field(validate_default=True, description="Account at token_url.")
    ] = None
    client_secret: Annotated[
        Secret | None,
        Field(validate_default=True, description="Its secret: { env = … } or { file = … }."),
    ] = None
    lookup_budget: Annotated[int, Field(ge=0, description="Look-ups that one pull may make.")] = (
        50_000
    )
    progress_chunk: Annotated[
        int, Field(ge=1, le=10, description="Progress steps sent in one call.")
    ] = 10
    databases: Annotated[
        tuple[str, ...],
        Field(
            description="Codes of the national databases with which this one-stop checks every "
            "dossier (DSKetNoiCSDL)."
        ),
    ] = ()
    feedback_fields: Annotated[
        Mapping[str, str],
        Field(
            description="Fields of a feedback (PAKN) row, which are not published: id, title, "
            "text, sender, sent_at, unit or status, to the portal's name for it."
        ),
    ] = {}
    status: Annotated[
        StatusOverrides, Field(description="States that the portal writes differently.")
    ] = StatusOverrides()
    channel: Annotated[
        CodeOverrides, Field(description="Channels that the portal writes differently.")
    ] = CodeOverrides()
    answers: Annotated[
        AnswerOverrides, Field(description="Messages of the portal that mean something.")
    ] = AnswerOverrides()
    procedures: Annotated[
        Mapping[str, str],
        Field(description="Local procedure code to the national one, where they differ."),
    ] = {}
    units: Annotated[
        Mapping[str, str],
        Field(description="Unit code or name to the unit's name on the portal."),
    ] = {}

    @field_validator(*_NATIVE_ONLY, "madonvi", *_BARE_ONLY)
    @classmethod
    def _of_its_dialect(cls, value: Any, info: ValidationInfo) -> Any:
        dialect, name = info.data.get("dialect"), info.field_name
        if dialect is None:  # its own error was reported already
            return value
        if value in (None, {}):
            if name in _NEEDED[dialect]:
                raise PydanticCustomError("missing", "this key is missing")
            return value
        others = _BARE_ONLY if dialect == "native" else _NATIVE_ONLY
        if name in others:
            raise PydanticCustomError(
                "unused", "the dialect {dialect} does not use this key", {"dialect": dialect}
            )
        return value

    @field_validator("client_id", "client_secret")
    @classmethod
    def _with_token_url(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("token_url"):
            raise PydanticCustomError("missing", "this key is missing")
        return value

    @field_validator("token_url")
    @classmethod
    def _one_token(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and info.data.get("token"):
            raise PydanticCustomError("two_tokens", "give token or token_url, not both")
        return value


def dialect_of(name: str, settings: DvcqgSettings, context: Context) -> tuple[Dialect, Login]:
    """The dialect of the calls, and the login. Raises ConfigError."""
    if settings.dialect == "native":
        native = NativeDialect(name, _native(settings))
        return native, PortalLogin(
            native,
            settings.username or "",
            _revealed(settings.password, context),
            session_seconds=settings.session_minutes * 60,
        )
    service_path = settings.service_path or _SERVICE_PATHS[settings.dialect]
    addresses = ServiceAddresses(settings.base_url, service_path, settings.endpoints)
    login = _bearer(name, settings, context)
    if settings.dialect == "wrapper":
        return wrapper_dialect(name, addresses), login
    return query_dialect(name, addresses, settings.madonvi or ""), login


def _native(settings: DvcqgSettings) -> NativeDeployment:
    forward = f"/{settings.adapter_name}/RestService/forward/mapi"
    given = {
        **shared_fields(settings, NativeDeployment),
        "login_path": settings.login_path or f"{forward}/login",
        "data_path": settings.data_path or f"{forward}/g",
        "madonvi": settings.madonvi or "",
        "dstcode": settings.dstcode or "",
    }
    return NativeDeployment(**given)


def _bearer(name: str, settings: DvcqgSettings, context: Context) -> Login:
    if settings.token_url:
        secret = _revealed(settings.client_secret, context)
        return OAuthLogin(name, settings.token_url, settings.client_id or "", secret)
    return FixedLogin(name, _revealed(settings.token, context) if settings.token else None)


def _revealed(secret: Secret | None, context: Context) -> Callable[[], str]:
    return secret.revealed_in(context.base_dir) if secret else str
