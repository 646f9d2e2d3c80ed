"""Settings of the portal by dialect, and portals that answer without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import respx

from khop.adapters.dvcqg.adapter import ADAPTER, DvcqgAdapter
from khop.config.load import load_config
from khop.mappings.records import (
    Applicant,
    Attachment,
    Channel,
    DossierRecord,
    FullDossier,
    Instant,
    Status,
)
from tests.adapters.samples import sample

VIETNAM = timezone(timedelta(hours=7))


CODE = "H99.12-250114-0007"


NATIVE = """
base_url = "http://10.0.0.1:8080"
username = "h99_onegate"
password = { env = "KHOP_TEST_PORTAL" }
madonvi = "000.00.00.H99"
dstcode = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
"""


WRAPPER = """
dialect = "wrapper"
base_url = "https://apidvc.example.vn"
"""


QUERY = """
dialect = "query"
base_url = "https://apidvc.example.vn"
madonvi = "000.00.01.H99"
"""


FORWARD = "http://10.0.0.1:8080/{}/RestService/forward/mapi/{}"


SERVICES = "https://apidvc.example.vn/KetNoiMotCuaQuocGia"


Build = Callable[..., DvcqgAdapter]


def at(*parts: int) -> Instant:
    return Instant.of(datetime(*parts, tzinfo=VIETNAM))  # type: ignore[arg-type,misc]


DOSSIER = FullDossier(
    DossierRecord(
        source="igate",
        native_id="68a53f0c1d2e3f4a5b6c7d80",
        code=CODE,
        status=Status.PROCESSING,
        received_at=at(2025, 1, 14, 8, 15, 30),
        unit="UBND xã Mẫu",
        procedure="1.001612",
        channel=Channel.ONLINE,
    ),
    Applicant("Nguyễn Văn Mẫu", "099000000001"),
    files=(Attachment("don.pdf", "1", "http://10.0.0.9/don.pdf"),),
)


def configured(folder: Path, text: str) -> Any:
    path = folder / "khop.toml"
    path.write_text(
        '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n'
        f'[sources.dvcqg]\nadapter = "dvcqg"\nrole = "portal"\n{text}',
        "utf-8",
    )
    return load_config(path, {"dvcqg": ADAPTER}).sources["dvcqg"]


def portal(router: respx.Router, answers: dict[str, bytes], adapter: str = "XrdAdapter") -> Any:
    """The native portal; an answer for each service."""
    router.post(FORWARD.format(adapter, "login")).respond(content=sample("dvcqg/login-02"))

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        return httpx.Response(200, content=answers.get(body["service"], b'{"error_code": 0}'))

    return router.post(FORWARD.format(adapter, "g")).mock(side_effect=answer)


def bodies(route: Any) -> list[Any]:
    return [json.loads(call.request.content) for call in route.calls]
