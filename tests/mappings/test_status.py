from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from khop.faults import ConfigError
from khop.mappings.data_tables import load_table
from khop.mappings.records import Channel, Status
from khop.mappings.status import (
    igate_channels,
    igate_statuses,
    portal_channels,
    portal_statuses,
)


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ("Mới đăng ký", 1),
        ("Đã tiếp nhận", 2),
        ("Từ chối tiếp nhận", 3),
        ("Thụ lý hồ sơ", 4),
        ("Chờ bổ sung", 5),
        ("Yêu cầu thanh toán", 6),
        ("Rút hồ sơ", 7),
        ("Dừng giải quyết", 8),
        ("Có kết quả", 9),
        ("Đã trả hồ sơ", 10),
    ],
)
def test_labels_in_any_case_and_unicode_form(label: str, status: int) -> None:
    table = igate_statuses({}, {})
    for spelling in (label, label.upper(), unicodedata.normalize("NFD", f"  {label}\u00a0")):
        assert table.lookup(None, spelling) is Status(status)


def test_default_ids_are_the_two_that_were_seen() -> None:
    table = igate_statuses({}, {})
    known = {id: table.lookup(id, None) for id in range(30)}
    assert {id: status for id, status in known.items() if status} == {0: 1, 2: 4}


def test_ids_may_be_numbers_or_text() -> None:
    table = igate_statuses({"17": 4, "60aa01": 5}, {})
    assert table.lookup(17, None) is table.lookup("17", "x") is Status.PROCESSING
    assert table.lookup("60AA01", None) is Status.SUPPLEMENT


def test_an_unknown_state_stays_unknown() -> None:
    assert igate_statuses({}, {}).lookup(17, "Chờ ký số liên thông") is None
    assert igate_statuses({}, {}).lookup(None, None) is None


def test_ids_are_tried_before_names() -> None:
    table = igate_statuses({"4": 9}, {"Đã trả hồ sơ": 10})
    assert table.lookup(4, "Đã trả hồ sơ") is Status.FINISHED
    assert table.lookup(5, "Đã trả hồ sơ") is Status.RETURNED
    assert igate_statuses({}, {}).lookup(2, "Có kết quả") is Status.PROCESSING


def test_what_a_deployment_wrote_is_never_hidden_by_a_default() -> None:
    table = igate_statuses({}, {"Chờ công dân": 5, "đang xử lý": 2})
    assert table.lookup(2, "Chờ công dân") is Status.SUPPLEMENT
    assert table.lookup(None, "Đang xử lý") is Status.RECEIVED


@pytest.mark.parametrize("value", [0, 11, -1, True, "4", None, 4.0])
def test_a_meaning_that_is_no_state_is_refused_by_name(value: Any) -> None:
    with pytest.raises(ConfigError, match=r"sources\.igate\.status\.by_id\.17"):
        igate_statuses({"17": value}, {}, key="sources.igate.status")


def test_one_label_with_two_meanings_is_refused() -> None:
    with pytest.raises(ConfigError, match="twice"):
        igate_statuses({}, {"Chờ": 5, "CHỜ ": 6})


def test_a_blank_label_is_refused() -> None:
    with pytest.raises(ConfigError, match="label"):
        igate_statuses({}, {" ": 5})


@pytest.mark.parametrize("code", range(1, 11))
def test_the_portal_says_code_or_label(code: int) -> None:
    table = portal_statuses({}, {})
    labels = [
        name for name, value in load_table("dvcqg_status")["by_name"].items() if value == code
    ]
    assert len(labels) == 1
    for written in (str(code), f"0{code}", labels[0], labels[0].upper()):
        assert table.lookup(written, written) is Status(code)


@pytest.mark.parametrize("written", ["0", "11", "", "Trạng thái lạ"])
def test_what_the_portal_does_not_define_is_unknown(written: str) -> None:
    assert portal_statuses({}, {}).lookup(written, written) is None


@pytest.mark.parametrize(
    ("id", "name", "channel"),
    [
        (0, None, Channel.ONLINE),
        (0, "Trực tuyến", Channel.ONLINE),
        (7, "trực tuyến", Channel.ONLINE),
        (1, "Trực tiếp", Channel.COUNTER),
        (3, "Nộp qua dịch vụ Bưu chính công ích", Channel.POST),
        (9, "Qua ứng dụng", None),
        (None, None, None),
    ],
)
def test_ways_of_filing(id: int | None, name: str | None, channel: Channel | None) -> None:
    assert igate_channels({}, {}).lookup(id, name) is channel


def test_a_way_of_filing_may_be_overridden() -> None:
    table = igate_channels({"0": 1}, {"Qua ứng dụng": 2})
    assert table.lookup(0, "Trực tuyến") is Channel.COUNTER
    assert table.lookup(9, "QUA ỨNG DỤNG") is Channel.ONLINE


def test_a_channel_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"channel\.by_id\.0"):
        igate_channels({"0": 4}, {})


@pytest.mark.parametrize("code", [1, 2, 3])
def test_channels_of_the_portal(code: int) -> None:
    assert portal_channels({}, {}).lookup(str(code), None) is Channel(code)


def test_every_table_says_where_its_facts_come_from() -> None:
    folder = Path(load_table.__wrapped__.__code__.co_filename).parent / "data"
    names = sorted(path.stem for path in folder.glob("*.toml"))
    assert names
    for name in names:
        assert load_table(name)["source"]
