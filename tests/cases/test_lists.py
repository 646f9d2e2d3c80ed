"""Lists of the one-stop that may be incomplete, and references in many forms."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from khop.loopback import Request, Response
from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import SEARCH_PATH, Row, code, row

LANGUAGES = [{"languageId": 46, "name": "In English"}, {"languageId": 228, "name": "Trực tuyến"}]


def pulled(installation: Installation, *args: str) -> dict[str, Any]:
    """What a pull says of the one-stop's list."""
    printed = installation.khop("pull", "igate", "--format", "json", *args)
    (summary,) = printed.json()["sources"]
    return dict(summary)


def sliced(installation: Installation, rows: list[Row]) -> None:
    """A slice without totals, whose ties are in another order each time."""
    random = Random(30)

    def page(request: Request) -> Response:
        number, size = int(request.query["page"]), int(request.query["size"])
        shown = sorted(rows, key=lambda each: (str(each["updatedDate"]), random.random()))[::-1]
        part = shown[number * size : (number + 1) * size]
        last = (number + 1) * size >= len(rows)
        return Response.json({"content": part, "number": number, "size": size, "last": last})

    installation.one_stop.rows = rows
    installation.one_stop.answers[SEARCH_PATH] = page
    installation.set_key("igate", 'page_size = 10\nspec = "slice"')
    installation.khop("init")


def test_ties_in_another_order_each_time_are_all_stored_or_told(
    installation: Installation,
) -> None:
    rows = [row(i, code(3000 + i), updatedDate="2026-11-12T08:00:00.000+0700") for i in range(59)]
    sliced(installation, rows)
    stored = 0
    for _ in range(10):
        summary = pulled(installation)
        stored += summary["stored"]
        assert summary["missing"] >= 59 - stored
        if not summary["missing"]:
            break
    assert stored == 59


def test_a_deletion_does_not_hide_a_new_dossier(installation: Installation) -> None:
    rows = [
        row(i, code(3100 + i), updatedDate=f"2026-11-{i // 20 + 11}T{i % 20:02d}:00:00.000+0700")
        for i in range(100)
    ]
    installation.one_stop.rows = rows
    installation.set_key("igate", 'page_size = 10\ndetail = "never"')
    installation.khop("init")
    assert pulled(installation)["stored"] == 100
    del rows[50]
    assert pulled(installation)["stored"] == 0
    rows.append(row(999, code(3999), updatedDate=None))
    assert pulled(installation)["stored"] == 1
    assert pulled(installation)["pages"] < 10


@pytest.mark.parametrize(
    "totals", [{"totalElements": 25, "totalPages": 3}, {"totalElements": "25"}]
)
def test_a_list_without_end_ends_and_says_so(
    installation: Installation, totals: dict[str, Any]
) -> None:
    def page(request: Request) -> Response:
        number = int(request.query["page"])
        rows = [row(number * 10 + i, code(number * 10 + i)) for i in range(10)]
        about = {"number": number, "size": 10, "last": False, **totals}
        return Response.json({"content": rows, **about})

    installation.one_stop.answers[SEARCH_PATH] = page
    installation.set_key("igate", 'page_size = 10\ndetail = "never"')
    installation.khop("init")
    printed = installation.khop("pull", "igate")
    assert printed.code == 1
    assert "does not end" in printed.text
    asked = [each for each in installation.one_stop.requests if each.path == SEARCH_PATH]
    assert len(asked) < 10


def test_references_of_the_one_stop_in_every_form(installation: Installation) -> None:
    bare = row(1, code(3201), dossierStatus=2)
    named = row(2, code(3202), agency="UBND xã Mẫu 25")
    spoken = row(3, code(3203), applyMethod=LANGUAGES)
    installation.one_stop.rows = [bare, named, spoken]
    installation.one_stop.details[bare["id"]] = row(1, code(3201))
    assert rules_by_code(installation.audit()) == {code(3200 + i): {"A7"} for i in (1, 2, 3)}
    said = {
        number: installation.run("show", code(3200 + number))["records"][0] for number in (1, 2, 3)
    }
    assert (said[1]["status"], said[2]["unit"], said[3]["channel"]) == (4, "UBND xã Mẫu 25", 2)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"acceptedDate": None}, {"C1"}),
        ({"acceptedDate": "undefined"}, set()),
        ({"acceptedDate": 1_794_276_000_000}, {"A7"}),
        ({"appointmentDate": None}, {"A7", "C9"}),
        ({"appointmentDate": "1900-01-01"}, {"A7"}),
        ({"undefindedCompleteTime": {"x": 1}, "appointmentDate": None}, {"A7"}),
        ({"dossierStatus": {"id": 9, "name": "Đã có kết quả"}}, {"A7", "C2"}),
        ({"dossierStatus": 9.5}, set()),
        (
            {"dossierStatus": {"name": "Đã có kết quả"}, "completedDate": {"$date": "?"}},
            {"A7"},
        ),
        ({"nationCode": {"x": [True]}}, set()),
        ({"acceptedDate ": "2026-11-10T09:00:00.000+0700", "acceptedDate": None}, {"C1"}),
    ],
)
def test_a_bad_optional_field_keeps_the_dossier_and_accuses_nobody(
    installation: Installation, changes: dict[str, Any], rules: set[str]
) -> None:
    installation.one_stop.rows = [row(1, code(3301), **changes)]
    found = rules_by_code(installation.audit())
    assert found.get(code(3301), set()) == rules
    (record,) = installation.run("show", code(3301))["records"]
    assert bool(record["fields_lost"]) is bool(record["unread"])
    assert installation.run("quarantine", "list") == {"records": []}


def test_a_field_that_cannot_be_read_is_never_pushed_as_blank(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, code(3401), appointmentDate="hôm qua"), row(2, code(3402))]
    assert rules_by_code(installation.audit()) == {code(3401): {"A7"}, code(3402): {"A7"}}
    printed = installation.khop("apply", "--yes")
    assert printed.code in (0, 2), printed.text
    assert [each["MaHoSo"] for each in installation.portal.created] == [code(3402)]
