"""The portal's native dialect: adapters, addresses, catalogues."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from khop.sandbox import DvcqgOptions, World
from tests.sandbox.helpers import kinds


def native(client: Any, path: str, service: str, headers: dict[str, str], **keys: object) -> Any:
    body = {"session": client.session, "madonvi": "000.00.00.H99", "service": service, **keys}
    _, raw = client.call("dvcqg", "POST", path, json.dumps(body).encode(), headers)
    return json.loads(raw)


DST = {"dstcode": "VN:GOV:000.00.00.G22:vpcpdvcprovider"}
TAIL = "/RestService/forward/mapi/"


@pytest.mark.parametrize("adapter", ["XrdAdapter", "VXPAdapter"])
def test_both_adapters_serve_the_portal(both: Any, adapter: str) -> None:
    _, client = both
    answer = native(client, f"/{adapter}{TAIL}g", "LayDanhMucCoQuan", DST)
    assert "UBND tỉnh Mẫu" in json.dumps(answer, ensure_ascii=False)


def test_a_configured_providerurl_is_required(running: Any, world: World) -> None:
    url = "http://provider.example.vn"
    path = f"/XrdAdapter{TAIL}g"
    with running(world, dvcqg=DvcqgOptions(providerurl=url)) as (_, client):
        client.log_in_portal()
        missing = native(client, path, "LayDanhSachTTHC", DST)
        by_query = native(client, f"{path}?{urlencode({'providerurl': url})}", "LayQDCB", DST)
        by_header = native(client, path, "LayQDCB", DST | {"providerurl": url})
    assert int(missing["error_code"]) == -1
    assert "1.001600" not in json.dumps(missing)
    assert "providerurl" not in json.dumps([by_query, by_header])


def test_dictionaries_have_their_own_address_if_configured(running: Any, world: World) -> None:
    data, share = f"/XrdAdapter{TAIL}g", f"/XrdAdapter{TAIL}share"
    with running(world, dvcqg=DvcqgOptions(separate_share=True)) as (sandbox, client):
        client.log_in_portal()
        assert "1.001600" in json.dumps(native(client, share, "LayDanhSachTTHC", DST))
        assert "1.001600" not in json.dumps(native(client, data, "LayDanhSachTTHC", DST))
        assert "KQ.G05" in json.dumps(native(client, data, "LayThuTuc", DST, maTTHC="1.001600"))
        assert kinds(sandbox) == ["wrong_address"]


def test_procedures_have_several_forms_with_the_same_meaning(both: Any) -> None:
    sandbox, client = both
    register = sandbox.world.register
    types, links = set(), set()
    for procedure in register.procedures:
        (item,) = client.portal("LayThuTuc", maTTHC=f"{procedure.code}.000.00.00.H99")[2]
        for way in item["CACHTHUCTHUCHIEN"]:
            days = way["THOIGIAN"][0]["THOIGIANGIAIQUYET"]
            types.add(type(days))
            assert str(days) == str(procedure.days or "")
            fees = way["THOIGIAN"][0]["PHILEPHI"] or []
            amounts = [int(fee["SOTIEN"]) for fee in fees if fee["SOTIEN"] != ""]
            assert amounts == ([procedure.fee] if procedure.fee else [])
        for paper in item["THANHPHANHOSO"][0]["GIAYTO"]:
            links |= {key for key in paper if key.upper() == "URL"}
    assert types == {str, int}
    assert links == {"URL", "Url"}
    assert client.portal("LayThuTuc", maTTHC="1.00160")[2] == []


def test_services_decisions_and_accounts_are_served(both: Any) -> None:
    sandbox, client = both
    citizens = [sandbox.world.register.citizen(i) for i in range(10)]

    services = client.portal("LayDVC")[2]
    assert set(services[0]) >= {"MADVC", "TENDVC", "MATTHC", "APDUNGDVC"}
    assert {bool(service["APDUNGDVC"]) for service in services} == {True, False}
    assert client.portal("LayQDCB", idQDCB="1")[2][0]["ID"] == "1"
    assert client.portal("LayQDCB", idQDCB="99")[2] == []
    assert client.portal("LayDanhMucDanToc")[2] == []
    found = [
        client.portal("TraCuuTechID", mstorcmnd=c.identity, provider="wso2is")[2] for c in citizens
    ]
    assert {len(items) for items in found} == {0, 1}
    assert len({items[0]["TECHNICALID"] for items in found if items}) == 8
    assert kinds(sandbox) == []
