"""One deployment of iGate behind its ports: settings, pages, windows, full dossiers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from khop.adapters.igate import adapter as igate
from khop.adapters.igate.adapter import ADAPTER, IgateAdapter
from khop.adapters.ports import Context, DossierSource, Role, WindowSource
from khop.adapters.settings import CodeOverrides
from khop.config.load import load_config
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Transport
from khop.errors import ConfigError, Refused
from khop.mappings.records import Channel, Fee, Status
from khop.mappings.time.calendar import WorkingCalendar
from tests.adapters.samples import sample_json

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
NATIVE = "68a53f0c1d2e3f4a5b6c7d80"
SECRET = {"env": "KHOP_TEST_SECRET"}
BASE: dict[str, Any] = {
    "adapter": "igate",
    "role": "one_stop",
    "base_url": "https://apiigate.example.vn",
    "token_url": "https://sso.example.vn/auth/realms/digo/protocol/openid-connect/token",
    "client_id": "svc-khop",
    "client_secret": SECRET,
}


class Deployment(httpx.BaseTransport):
    """Answers each path with the entry of ``answers`` for its ending."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "/search": sample_json("igate/list-02"),
            "/--online": sample_json("igate/det-01"),
            "/--by-dossiers": sample_json("igate/det-04"),
        }
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        date_header = {"Date": "Mon, 02 Mar 2026 01:00:07 GMT"}
        if request.url.host == "sso.example.vn":
            return httpx.Response(200, json=sample_json("igate/tok-02"), headers=date_header)
        for end, body in self.answers.items():
            if request.url.path.endswith(end):
                return httpx.Response(200, json=body, headers=date_header)
        return httpx.Response(404, json={"status": 404})

    @property
    def asked(self) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.host != "sso.example.vn"]


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


@pytest.fixture
def adapter_of(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., IgateAdapter]:
    monkeypatch.setenv("KHOP_TEST_SECRET", "not-a-real-secret")
    transport = Transport("igate", TransportSettings(calls_per_second=1e6), http=deployment)
    monkeypatch.setattr(igate, "transport_of", lambda name, settings, context: transport)
    context = Context(b"k" * 32, tmp_path, lambda: NOW, WorkingCalendar((), ()))

    def build(**changes: Any) -> IgateAdapter:
        settings = ADAPTER.settings.model_validate({**BASE, **changes})
        built = ADAPTER.build("igate", Role.ONE_STOP, settings, context)
        assert isinstance(built, IgateAdapter)
        return built

    return build


def test_the_adapter_implements_dossier_and_window_source(adapter_of: Any) -> None:
    adapter = adapter_of()
    assert isinstance(adapter, DossierSource)
    assert isinstance(adapter, WindowSource)


def test_a_page_holds_readings_and_rejects(adapter_of: Any, deployment: Deployment) -> None:
    good = sample_json("igate/list-01")["content"][0]
    deployment.answers["/search"] = {
        "content": [good, {**good, "code": None}, 7],
        "last": False,
        "number": "0",
        "size": "3",
        "totalElements": "9",
    }
    page = adapter_of().page(0)
    assert (page.asked, page.number, page.size, page.last, page.total) == (0, 0, 3, False, 9)
    assert [each.record.code for each in page.readings] == ["H99.18.03-250820-0012"]
    first, second = page.rejects
    assert (first.field, first.native_id, first.code) == ("code", NATIVE, None)
    assert (second.field, second.payload) == ("item", 7)


@pytest.mark.parametrize("name", ["list-01", "list-02", "list-03", "list-04", "list-07", "list-08"])
def test_every_sample_list_is_read(adapter_of: Any, deployment: Deployment, name: str) -> None:
    deployment.answers["/search"] = sample_json(f"igate/{name}")
    page = adapter_of().page(0)
    assert page.rejects == ()
    assert len(page.readings) == len(sample_json(f"igate/{name}")["content"])


@pytest.mark.parametrize(
    ("field", "first", "last"),
    [
        ("accepted", "accepted-from", "accepted-to"),
        ("appointment", "appointment-from", "appointment-to"),
        ("returned", "result-returned-from", "result-returned-to"),
        ("applied", "applied-from", "applied-to"),
    ],
)
def test_each_window_field_becomes_two_filters(
    adapter_of: Any, deployment: Deployment, field: str, first: str, last: str
) -> None:
    adapter = adapter_of()
    assert field in adapter.window_fields
    page = adapter.window_page(field, date(2026, 2, 3), date(2026, 2, 9), 1)
    assert (page.asked, page.fetched) == (1, 1)
    (request,) = deployment.asked
    assert f"{first}=03%2F02%2F2026&{last}=09%2F02%2F2026".encode() in request.url.query
    assert request.url.params["page"] == "1"
    assert request.url.params["sort"] == "updatedDate,desc"


def test_window_filters_may_have_other_names(adapter_of: Any, deployment: Deployment) -> None:
    adapter = adapter_of(windows={"returned": ["tra-tu", "tra-den"], "paid": ["p1", "p2"]})
    assert set(adapter.window_fields) == {
        "applied", "accepted", "appointment", "returned", "paid"
    }  # fmt: skip
    adapter.window_page("returned", date(2026, 2, 3), date(2026, 2, 9), 0)
    assert deployment.asked[0].url.params["tra-den"] == "09/02/2026"


def test_an_unknown_window_field_is_refused(adapter_of: Any, deployment: Deployment) -> None:
    with pytest.raises(ConfigError, match=r"'updated'.*accepted"):
        adapter_of().window_page("updated", date(2026, 2, 3), date(2026, 2, 9), 0)
    assert deployment.requests == []


def test_the_list_of_the_citizens_site_is_read(adapter_of: Any, deployment: Deployment) -> None:
    deployment.answers["/dvc"] = sample_json("igate/list-01")
    adapter = adapter_of(search_path="/pa/dossier-search/dvc", spec="slice", sort="")
    assert adapter.page(0).readings[0].record.status is Status.PROCESSING
    assert dict(deployment.asked[0].url.params) == {"page": "0", "size": "500", "spec": "slice"}


def test_a_detail_has_its_history(adapter_of: Any) -> None:
    reading = adapter_of().detail(NATIVE)
    assert reading.history is not None
    assert len(reading.history) == 2


def test_the_settings_decide_how_the_history_is_read(
    adapter_of: Any, deployment: Deployment
) -> None:
    task = {"label": ["bpmProcessDefinitionTask.name"], "entered": ["updatedDate"]}
    record = adapter_of(task=task).detail(NATIVE).record
    assert record.entered_at is not None
    assert record.entered_at.utc == datetime(2025, 8, 20, 2, 5, tzinfo=UTC)
    deployment.answers["/--online"] = sample_json("igate/det-02")
    (entry,) = adapter_of(task={"current_task": "detail"}).detail(NATIVE).history
    assert entry.status is Status.PROCESSING


def test_the_settings_override_code_lists(adapter_of: Any) -> None:
    adapter = adapter_of(
        status={"by_id": {"2": 6}}, channel={"by_name": {"trực tuyến": 3}}, state=["dossierStatus"]
    )
    record = adapter.page(0).readings[0].record
    assert (record.status, record.channel) == (Status.FINANCIAL_DUTY, Channel.POST)
    assert CodeOverrides(by_id={"2": 6}).by_id == {"2": 6}


def test_a_full_dossier_has_no_fees_by_default(adapter_of: Any, deployment: Deployment) -> None:
    full = adapter_of().full(NATIVE)
    assert (full.fees, full.files[0].url) == (None, "")
    assert len(deployment.asked) == 1


def test_a_full_dossier_has_fees_and_file_addresses_where_configured(
    adapter_of: Any, deployment: Deployment
) -> None:
    full = adapter_of(fees=True, file_url="https://igate.example.vn/fi/{id}").full(NATIVE)
    assert full.fees == (Fee("Lệ phí", 100_000, True),)
    assert full.files[0].url == "https://igate.example.vn/fi/65d0000000000000000000f1"
    assert deployment.asked[1].url.params["dossier-ids"] == NATIVE


def test_a_failed_read_of_fees_stops_the_push(adapter_of: Any, deployment: Deployment) -> None:
    del deployment.answers["/--by-dossiers"]
    with pytest.raises(Refused):
        adapter_of(fees=True).full(NATIVE)


def test_a_quarantined_item_is_mapped_again(adapter_of: Any) -> None:
    assert adapter_of().replay(sample_json("igate/list-01")["content"][0]).history is None


def test_a_check_logs_in_and_reads_a_page(adapter_of: Any) -> None:
    health = adapter_of().check()
    assert health.ok
    assert [step.name for step in health.steps] == ["reach", "login", "read"]
    assert (health.steps[2].detail, health.clock_skew) == ("1 of 1 dossiers", 7.0)


def test_a_user_logs_in_with_the_password_grant(adapter_of: Any, deployment: Deployment) -> None:
    adapter = adapter_of(
        grant="password", username="canbo.mau", password=SECRET, client_secret=None,
        client_id="web-onegate",
    )  # fmt: skip
    adapter.page(0)
    body = deployment.requests[0].content.decode()
    assert "grant_type=password" in body
    assert "username=canbo.mau" in body


def test_the_client_secret_may_travel_in_the_form(adapter_of: Any, deployment: Deployment) -> None:
    adapter_of(secret_in="form").page(0)
    assert "client_secret=not-a-real-secret" in deployment.requests[0].content.decode()


def toml(changes: dict[str, Any]) -> str:
    lines = ['[province]\nname = "Mẫu"\ncode = "H99"\n[sources.igate]']
    for key, value in {**BASE, **changes}.items():
        if value is not None:
            shown = '{ env = "X" }' if isinstance(value, dict) else json.dumps(value)
            lines.append(f"{key} = {shown}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"client_secret": None}, "client_secret: this key is missing"),
        ({"client_secret": "plain"}, r"sources\.igate\.client_secret: do not write a secret"),
        ({"grant": "password"}, "needs username and password"),
        ({"grant": "password", "username": "u"}, "needs username and password"),
        ({"file_url": "https://igate.example.vn/f"}, r"\{id\} or \{uuid\}"),
        ({"state": []}, "state"),
        ({"state": ["status"]}, "state"),
        ({"windows": {"x": 1}}, "windows"),
    ],
)
def test_incomplete_settings_are_refused(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    path = tmp_path / "khop.toml"
    path.write_text(toml(changes), "utf-8")
    with pytest.raises(ConfigError, match=says) as refused:
        load_config(path, {"igate": ADAPTER})
    assert "plain" not in str(refused.value).replace("plain text", "")


def test_a_window_filter_can_be_switched_off(adapter_of: Any) -> None:
    whole = adapter_of()
    assert "applied" in whole.window_fields
    without = adapter_of(windows={"applied": []})
    assert without.window_fields == tuple(f for f in whole.window_fields if f != "applied")


def test_a_preset_replaces_the_default_list_of_states(adapter_of: Any) -> None:
    item = {"id": "a" * 24, "code": "H99.12-261110-0001", "dossierStatus": {"name": "denied"}}
    assert adapter_of().replay(item).record.status is None
    for preset, status in (("opencps_reply", Status.STOPPED), ("th_helper", Status.NOT_RECEIVED)):
        chosen = adapter_of(status={"preset": preset})
        assert chosen.replay(item).record.status is status
    own = adapter_of(status={"preset": "th_helper", "by_name": {"denied": 7}})
    assert own.replay(item).record.status is Status.WITHDRAWN


def test_an_unknown_preset_of_states_is_refused(adapter_of: Any) -> None:
    with pytest.raises(ConfigError, match=r"status\.preset"):
        adapter_of(status={"preset": "opencps"})


def test_in_a_list_without_ids_the_code_stands_in(
    adapter_of: Callable[..., IgateAdapter], deployment: Deployment
) -> None:
    rows = [{key: value for key, value in row.items() if key != "id"} for row in two_rows()]
    deployment.answers["/search"] = {"content": rows, "last": True}
    adapter = adapter_of()
    page = adapter.page(0)
    assert [r.record.native_id for r in page.readings] == [row["code"] for row in rows]
    detail = {**sample_json("igate/det-01"), "code": rows[0]["code"]}
    deployment.answers["/--online"] = detail
    assert adapter.detail(rows[0]["code"]).record.native_id == rows[0]["code"]
    assert adapter.full(rows[0]["code"]).record.native_id == rows[0]["code"]
    assert adapter.detail("a" * 24).record.native_id == detail["id"]


def test_in_a_list_with_ids_a_row_without_one_is_refused(
    adapter_of: Callable[..., IgateAdapter], deployment: Deployment
) -> None:
    first, second = two_rows()
    deployment.answers["/search"] = {"content": [first, {**second, "id": None}], "last": True}
    page = adapter_of().page(0)
    assert [reject.field for reject in page.rejects] == ["id"]
    assert page.rejects[0].code == second["code"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": ["H99.18.03-250820-0012"]}, "H99.18.03-250820-0012"),
        ({"code": {"value": "h99.18.03-250820-0012"}}, "H99.18.03-250820-0012"),
        ({"code": 7}, "7"),
        ({"code": None, "nationCode": "G22.99-250820-000777"}, "G22.99-250820-000777"),
        ({"code": None, "nationCode": None}, None),
    ],
)
def test_a_refused_row_names_the_code_it_holds_in_any_form(
    adapter_of: Callable[..., IgateAdapter],
    deployment: Deployment,
    changes: dict[str, Any],
    code: str | None,
) -> None:
    bad = {**two_rows()[0], **changes}
    deployment.answers["/search"] = {"content": [bad], "last": True}
    (reject,) = adapter_of().page(0).rejects
    assert (reject.field, reject.code) == ("code", code)


def two_rows() -> list[dict[str, Any]]:
    row = sample_json("igate/list-01")["content"][0]
    return [row, {**row, "id": "b" * 24, "code": "H99.18.03-250820-0099"}]
