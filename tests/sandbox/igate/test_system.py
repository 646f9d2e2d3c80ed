"""The simulated one-stop: token, pages, filters, detail."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from khop.sandbox import IgateOptions, Shapes, World

TOKEN = "/auth/realms/digo/protocol/openid-connect/token"
VIETNAM = timezone(timedelta(hours=7))
GRANT = {"grant_type": "client_credentials"}


def basic(client: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()}


def test_a_token_is_issued_by_basic_and_by_form(running: Any, shared_world: World) -> None:
    with running(shared_world) as (_, client):
        form = GRANT | {"client_id": "svc-khop", "client_secret": "sandbox-igate"}
        for body, headers in (
            (urlencode(GRANT), basic("svc-khop", "sandbox-igate")),
            (urlencode(form), {}),
        ):
            answer, raw = client.call("igate", "POST", TOKEN, body.encode(), headers)
            assert answer.status == 200
            assert json.loads(raw)["expires_in"] == 300


def test_a_wrong_secret_gets_no_token(running: Any, shared_world: World) -> None:
    with running(shared_world) as (_, client):
        answer, raw = client.call(
            "igate", "POST", TOKEN, urlencode(GRANT).encode(), basic("svc-khop", "wrong")
        )

    assert answer.status == 401
    assert json.loads(raw)["error"] == "unauthorized_client"


def test_a_token_answer_can_lack_its_expiry(running: Any, shared_world: World) -> None:
    with running(shared_world, igate=IgateOptions(says_expiry=False)) as (_, client):
        _, raw = client.call(
            "igate", "POST", TOKEN, urlencode(GRANT).encode(), basic("svc-khop", "sandbox-igate")
        )

    assert set(json.loads(raw)) == {"access_token", "token_type"}


def test_data_needs_a_token_and_the_right_to_read(running: Any, shared_world: World) -> None:
    with running(shared_world) as (_, client):
        assert client.get("/pa/dossier/search")[0].status == 401
        _, raw = client.call(
            "igate", "POST", TOKEN, urlencode(GRANT).encode(), basic("svc-blind", "sandbox-igate")
        )
        client.token = json.loads(raw)["access_token"]
        answer, body = client.get("/pa/dossier/search")
        assert answer.status == 403
        assert body["path"] == "/pa/dossier/search"
        client.log_in_igate()
        assert client.get("/pa/dossier/68a53f0cffffffffffffffff/--online")[0].status == 404


def test_a_token_ends_by_time_and_by_calls(running: Any, shared_world: World) -> None:
    now = [0.0]
    statuses = []
    with running(shared_world, clock=lambda: now[0]) as (_, client):
        client.log_in_igate()
        for now[0] in (10.0, 299.0, 300.0):
            statuses.append(client.get("/pa/dossier/search", size=1)[0].status)
    assert statuses == [200, 200, 401]

    with running(shared_world, igate=IgateOptions(token_calls=2)) as (_, client):
        client.log_in_igate()
        statuses = [client.get("/pa/dossier/search", size=1)[0].status for _ in range(3)]
    assert statuses == [200, 200, 401]


@pytest.mark.parametrize("direction", ["desc", "asc"])
def test_pages_have_every_item_once_in_order(
    running: Any, shared_world: World, direction: str
) -> None:
    items: list[Any] = []
    with running(shared_world, igate=IgateOptions(page_cap=150)) as (_, client):
        client.log_in_igate()
        for page in range(10):
            body = client.search(page=page, size=500, spec="slice", sort=f"updatedDate,{direction}")
            assert (body["number"], body["size"]) == (page, 150)
            assert body["numberOfElements"] == len(body["content"])
            assert "totalElements" not in body
            items += body["content"]
            if body["last"]:
                break

    expected = [row.native_id for row in shared_world.rows]
    got = [item.get("id") if isinstance(item, dict) else None for item in items]
    assert got == (expected if direction == "asc" else expected[::-1])


def test_pages_have_totals_and_slices_have_none(running: Any, shared_world: World) -> None:
    with running(shared_world) as (_, client):
        client.log_in_igate()
        body = client.search(page=3, size=100, spec="page", sort="updatedDate,desc")

    assert body["totalElements"] == 411
    assert body["totalPages"] == 5
    assert not body["last"]


def test_filters(running: Any, shared_world: World) -> None:
    portal_born = next(d for d in shared_world.dossiers if d.alias and d.code == d.code_wire)
    with running(shared_world) as (_, client):
        client.log_in_igate()

        def found(**query: object) -> list[Any]:
            rows: list[Any] = client.search(size=1000, **query)["content"]
            return rows

        assert [i["id"] for i in found(code_match=portal_born.code)] == [portal_born.native_id]
        (by_alias,) = found(nation_code_match=portal_born.alias)
        assert by_alias["id"] == portal_born.native_id
        assert found(code="-NONE-") == []
        states = {i["dossierStatus"]["id"] for i in found(dossier_status="9,4")}
        assert states == {9, 4}
        within = found(accepted_from="03/08/2026", accepted_to="05/08/2026")
        days = {i["acceptedDate"][:10] for i in within}
        assert days == {"2026-08-03", "2026-08-04", "2026-08-05"}
        assert found(applicant_name="", code_match=portal_born.code)


@pytest.mark.parametrize(
    "query", [{"page": "-1"}, {"size": "0"}, {"sort": "name,up"}, {"accepted-from": "2026-08-03"}]
)
def test_invalid_queries_are_refused(
    running: Any, shared_world: World, query: dict[str, str]
) -> None:
    with running(shared_world) as (_, client):
        client.log_in_igate()
        assert client.get("/pa/dossier/search", **query)[0].status == 400


def test_list_items_have_every_documented_shape(running: Any, shared_world: World) -> None:
    with running(shared_world) as (_, client):
        client.log_in_igate()
        rows = client.search(size=1000)["content"]
    sound = [row for row in rows if isinstance(row, dict) and "currentTask" in row]

    def shapes(*path: str) -> set[type]:
        found = set()
        for row in sound:
            value: Any = row
            for key in path:
                value = value.get(key)
            found.add(type(value))
        return found

    assert shapes("procedure", "translate") == {dict, list}
    assert shapes("procedure", "sector", "name") == {str, list}
    assert shapes("agency", "name") == {str, list}
    assert shapes("dossierStatus", "name") == {str, list}
    assert shapes("currentTask") == {dict, list, type(None)}
    assert shapes("applicant", "data", "identityNumber") == {str, int}
    assert shapes("applyMethod") == {dict, type(None)}
    nations = {row.get("nationCode", "absent") for row in sound}
    assert {None, "", "undefined", "absent"} <= nations
    assert not any("task" in row for row in sound)
    assert all(row["updatedDate"].endswith("+0700") for row in sound)


def test_list_items_have_tasks_if_configured(running: Any, shared_world: World) -> None:
    with running(shared_world, igate=IgateOptions(tasks_in_list=True)) as (_, client):
        client.log_in_igate()
        row = client.search(size=5, nation_code_match="", dossier_status="4")["content"][0]
        detail = client.get(f"/pa/dossier/{row['id']}/--online")[1]

    assert row["task"] == detail["task"]
    labels = [task["activitiTask"]["status"] for task in row["task"]]
    assert len(labels) >= 4
    assert sum(task["isCurrent"] for task in row["task"]) == 1


def test_fees_of_a_dossier(running: Any, shared_world: World) -> None:
    procedures = shared_world.register.procedures
    paid = next(d for d in shared_world.dossiers if procedures[d.procedure].fee)
    with running(shared_world) as (_, client):
        client.log_in_igate()
        rows = client.get("/pa/dossier-fee/--by-dossiers", **{"dossier-ids": paid.native_id})[1]

    assert [row["amount"] for row in rows] == [procedures[paid.procedure].fee]


def test_an_officer_logs_in_with_a_password_and_renews(running: Any, shared_world: World) -> None:
    form = {"grant_type": "password", "client_id": "test-public", "username": "canbo.mau"}
    with running(shared_world) as (_, client):

        def ask(**changes: str) -> tuple[int, Any]:
            body = urlencode(form | {"password": "sandbox-officer"} | changes).encode()
            answer, raw = client.call("igate", "POST", TOKEN, body)
            return answer.status, json.loads(raw)

        assert ask(password="wrong") == (
            401, {"error": "invalid_grant", "error_description": "Invalid user credentials"},
        )  # fmt: skip
        _, first = ask()
        assert (first["token_type"], first["refresh_expires_in"]) == ("bearer", 1800)
        renewal = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        status, second = ask(**renewal)
        assert (status, ask(**renewal)[0]) == (200, 400)
        client.token = second["access_token"]
        assert client.get("/pa/dossier/search", size=1)[0].status == 200


def test_a_realm_without_the_password_grant_refuses_it(running: Any, shared_world: World) -> None:
    options = IgateOptions(grants=frozenset({"client_credentials"}))
    form = {"grant_type": "password", "client_id": "test-public", "username": "canbo.mau"}
    with running(shared_world, igate=options) as (_, client):
        body = urlencode(form | {"password": "sandbox-officer"}).encode()
        answer, raw = client.call("igate", "POST", TOKEN, body)
    assert (answer.status, json.loads(raw)) == (400, {"error": "unsupported_grant_type"})


@pytest.mark.parametrize(
    ("name", "key", "field"),
    [
        ("applied", "appliedDate", "submitted"),
        ("accepted", "acceptedDate", "received"),
        ("appointment", "appointmentDate", "due"),
        ("result-returned", "returnedDate", "returned"),
    ],
)
def test_windows_are_whole_local_days_on_both_sides(
    running: Any, shared_world: World, name: str, key: str, field: str
) -> None:
    first, last = "2026-07-20", "2026-07-24"
    expected = {
        d.native_id
        for d in shared_world.dossiers
        if (moment := getattr(d, field)) is not None
        and first <= datetime.fromtimestamp(moment, VIETNAM).date().isoformat() <= last
    }
    with running(shared_world) as (_, client):
        client.log_in_igate()
        window = {f"{name}-from": "20/07/2026", f"{name}-to": "24/07/2026"}
        rows = client.search(size=1000, **window)["content"]

    assert {row["id"] for row in rows} == expected != set()
    assert all(first <= row[key][:10] <= last for row in rows)


def test_a_citizen_search_is_the_same_list(running: Any, shared_world: World) -> None:
    d = next(d for d in shared_world.dossiers if d.code == d.code_wire)
    query = {"page": 0, "size": 10, "spec": "slice", "code": d.code}
    with running(shared_world) as (sandbox, client):
        client.log_in_igate()
        answer, body = client.get("/pa/dossier-search/dvc", **query)
        assert answer.status == 200
        assert d.native_id in {row["id"] for row in body["content"]}
        assert "totalElements" not in body
        assert sandbox.stats()["requests"]["igate"]["citizen_search"] == 1


def test_configured_shapes_are_in_every_answer(running: Any, world: World) -> None:
    shapes = Shapes(
        translate="english_first",
        sector_name="array",
        agency_name="array",
        status_name="array",
        task_status_name="array",
        current_task="object",
        task="object",
        person="number",
        birthday="utc",
    )
    options = IgateOptions(shapes=shapes, tasks_in_list=True)
    with running(world, igate=options) as (_, client):
        client.log_in_igate()
        rows = client.search(size=1000)["content"]

    assert len(rows) == len(list(world.dossiers))
    for row in rows:
        assert [n["languageId"] for n in row["procedure"]["translate"]] == [46, 228]
        names = (row["procedure"]["sector"], row["agency"], row["dossierStatus"])
        for named in (*names, row["dossierTaskStatus"]):
            assert [n["languageId"] for n in named["name"]] == [228, 46]
        assert isinstance(row["currentTask"], dict)
        person = row["applicant"]["data"]
        assert isinstance(person["identityNumber"], int)
        assert person["birthday"].endswith("T17:00:00.000+0000")
        assert isinstance(row["task"], dict) or len(row["task"]) > 1
    assert any(isinstance(row["task"], dict) for row in rows)


def test_the_form_data_of_a_dossier_have_only_the_requested_fields(
    running: Any, shared_world: World
) -> None:
    d = next(d for d in shared_world.dossiers if d.code == d.code_wire)
    path = "/pa/api-integration/--data"
    with running(shared_world) as (_, client):
        client.log_in_igate()
        one = client.get(path, code=d.code, fields="commonEForm")[1]
        both = client.get(path, code=d.code, fields="commonEForm,detailEForm")[1]
        unknown = client.get(path, code="H99.01-260101-9999", fields="commonEForm")[0]

    assert set(one) == {"commonEForm"}
    assert set(both) == {"commonEForm", "detailEForm"}
    assert one["commonEForm"]["fullname"] == shared_world.register.citizen(d.citizen).name
    assert unknown.status == 404


def test_a_push_to_the_portal_is_answered_with_ok(running: Any, world: World) -> None:
    with running(world) as (sandbox, client):
        client.log_in_igate()
        headers = {"Authorization": f"Bearer {client.token}"}
        path = "/bdtc/nps-dossier/--test-sync"
        answer, raw = client.call("igate", "POST", path, b"{}", headers)

        assert (answer.status, raw) == (200, b"OK")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert [v.kind for v in sandbox.violations()] == ["write_to_one_stop"]


def test_writing_to_the_one_stop_is_a_violation(running: Any, world: World) -> None:
    with running(world) as (sandbox, client):
        client.log_in_igate()
        headers = {"Authorization": f"Bearer {client.token}"}
        answer, _ = client.call("igate", "PUT", "/pa/dossier/1", b"{}", headers)

        assert answer.status == 405
        assert [v.kind for v in sandbox.violations()] == ["write_to_one_stop"]
