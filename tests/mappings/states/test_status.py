"""Tables of states and channels, their overrides and presets."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khop.mappings
from khop.errors import ConfigError
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Channel, Status
from khop.mappings.states.presets import status_preset, status_preset_names
from khop.mappings.states.status import (
    ChannelTable,
    StatusTable,
    igate_channels,
    igate_statuses,
    portal_channels,
    portal_statuses,
    preset_statuses,
)
from khop.text.cleaning import fold_label


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


def test_an_override_is_never_hidden_by_a_default() -> None:
    table = igate_statuses({}, {"Chờ công dân": 5, "đang xử lý": 2})
    assert table.lookup(2, "Chờ công dân") is Status.SUPPLEMENT
    assert table.lookup(None, "Đang xử lý") is Status.RECEIVED


@pytest.mark.parametrize("value", [0, 11, -1, True, "4", None, 4.0])
def test_an_override_to_no_state_is_refused_with_its_key(value: Any) -> None:
    with pytest.raises(ConfigError, match=r"sources\.igate\.status\.by_id\.17"):
        igate_statuses({"17": value}, {}, key="sources.igate.status")


def test_one_label_with_two_meanings_is_refused() -> None:
    with pytest.raises(ConfigError, match="twice"):
        igate_statuses({}, {"Chờ": 5, "CHỜ ": 6})


def test_a_blank_label_is_refused() -> None:
    with pytest.raises(ConfigError, match="label"):
        igate_statuses({}, {" ": 5})


@pytest.mark.parametrize("code", range(1, 11))
def test_the_portals_state_is_a_code_or_a_label(code: int) -> None:
    table = portal_statuses({}, {})
    labels = [
        name for name, value in load_table("dvcqg_status")["by_name"].items() if value == code
    ]
    assert len(labels) == 1
    for written in (str(code), f"0{code}", labels[0], labels[0].upper()):
        assert table.lookup(written, written) is Status(code)


@pytest.mark.parametrize("written", ["0", "11", "", "Trạng thái lạ"])
def test_a_state_the_portal_does_not_define_is_unknown(written: str) -> None:
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
def test_filing_channels_are_mapped(
    id: int | None, name: str | None, channel: Channel | None
) -> None:
    assert igate_channels({}, {}).lookup(id, name) is channel


def test_a_filing_channel_may_be_overridden() -> None:
    table = igate_channels({"0": 1}, {"Qua ứng dụng": 2})
    assert table.lookup(0, "Trực tuyến") is Channel.COUNTER
    assert table.lookup(9, "QUA ỨNG DỤNG") is Channel.ONLINE


def test_an_override_to_no_channel_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"channel\.by_id\.0"):
        igate_channels({"0": 4}, {})


@pytest.mark.parametrize("code", [1, 2, 3])
def test_channels_of_the_portal(code: int) -> None:
    assert portal_channels({}, {}).lookup(str(code), None) is Channel(code)


def test_every_table_has_a_source() -> None:
    folder = Path(khop.mappings.__file__).parent / "data"
    names = sorted(path.stem for path in folder.glob("*.toml"))
    assert names
    for name in names:
        assert load_table(name)["source"]


#: States that two tables of public code have for one key (docs/systems/dvcqg.md).
PUBLIC = {
    "new": (1, 2),
    "receiving": (2, 1),
    "unresolved": (3, 8),
    "processing": (4, 4),
    "waiting": (5, 5),
    "paying": (6, 6),
    "cancelled": (7, 7),
    "denied": (8, 3),
    "releasing": (9, 9),
    "done": (10, 10),
}


@pytest.mark.parametrize("key", PUBLIC)
def test_both_public_tables_are_presets(key: str) -> None:
    for preset, status in zip(("opencps_reply", "th_helper"), PUBLIC[key], strict=True):
        table = preset_statuses(preset, {}, {})
        assert table.lookup(key, None) is table.lookup(None, key.upper()) is Status(status)


def test_the_public_tables_contradict_each_other_on_four_keys() -> None:
    first, second = (preset_statuses(name, {}, {}) for name in ("opencps_reply", "th_helper"))
    differ = {key for key in PUBLIC if first.lookup(key, None) != second.lookup(key, None)}
    assert differ == {"new", "receiving", "denied", "unresolved"}


@pytest.mark.parametrize("preset", ["opencps_reply", "th_helper"])
@pytest.mark.parametrize("key", ["interoperating", "Posting"])
def test_a_key_without_state_differs_from_an_unknown_key(preset: str, key: str) -> None:
    table = preset_statuses(preset, {}, {})
    assert table.lookup(key, key) is None
    assert status_preset(preset).has_no_state(key)
    assert not status_preset(preset).has_no_state("processing")
    assert not status_preset(preset).has_no_state("archived")


@pytest.mark.parametrize(
    ("key", "status"),
    [("TN_OL", 1), ("DANG_XL", 2), ("LOAI", 3), ("DA_TRAKQ", 10), ("da_trakq", 10)],
)
def test_the_table_of_ha_giang_is_partial(key: str, status: int) -> None:
    table = preset_statuses("hg", {}, {})
    assert table.lookup(key, None) is Status(status)
    assert table.lookup("DANG_XU_LY", None) is None


def test_a_province_that_sends_waiting_dossiers_as_finished() -> None:
    preset = status_preset("th_local")
    sent = {status.value: preset.sent_as(status).value for status in Status}
    assert sent == {1: 1, 2: 2, 3: 3, 4: 4, 5: 9, 6: 9, 7: 7, 8: 9, 9: 9, 10: 10}
    assert preset_statuses("th_local", {}, {}).lookup(5, None) is Status.SUPPLEMENT


@pytest.mark.parametrize("name", ["igate", "dvcqg", "opencps_reply", "th_helper", "hg"])
def test_other_presets_send_every_state_unchanged(name: str) -> None:
    assert [status_preset(name).sent_as(status) for status in Status] == list(Status)


def test_the_names_of_the_presets() -> None:
    names = ("igate", "dvcqg", "opencps_reply", "th_helper", "th_local", "hg")
    assert status_preset_names() == names


@pytest.mark.parametrize("name", status_preset_names())
def test_every_preset_is_a_table_that_can_be_read(name: str) -> None:
    preset = status_preset(name)
    assert preset.name == name
    assert preset.about
    assert "docs/" in preset.source
    table = preset_statuses(name, {}, {})
    written = {**preset.defaults["by_id"], **preset.defaults["by_name"]}
    assert written
    for key, status in preset.defaults["by_id"].items():
        assert table.lookup(key, None) is Status(status)


def test_the_presets_of_a_system_are_its_defaults() -> None:
    for label in load_table("igate_status")["by_name"]:
        known = igate_statuses({}, {}).lookup(None, label)
        assert preset_statuses("igate", {}, {}).lookup(None, label) is known is not None


def test_a_preset_replaces_the_defaults() -> None:
    table = igate_statuses({}, {}, preset="opencps_reply")
    assert table.lookup(None, "new") is Status.NEW
    assert table.lookup(2, "Đang xử lý") is None
    portal = portal_statuses({}, {}, preset="th_helper")
    assert portal.lookup("denied", None) is Status.NOT_RECEIVED
    assert portal.lookup("4", None) is None


def test_an_override_comes_before_the_preset() -> None:
    by_id = igate_statuses({"new": 2}, {}, preset="opencps_reply")
    assert by_id.lookup("new", "done") is Status.RECEIVED
    by_name = portal_statuses({}, {"posting": 9}, preset="opencps_reply")
    assert by_name.lookup("new", "posting") is Status.FINISHED


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("opencps", "did you mean opencps_reply"),
        ("source", "is not a table khop has"),
        ("", "write igate, dvcqg, opencps_reply, th_helper, th_local, hg"),
        (7, "write igate"),
        (["hg"], "is not a table khop has"),
    ],
)
def test_an_unknown_preset_is_refused_with_the_most_similar(name: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        status_preset(name)
    assert caught.value.key == "status.preset"
    with pytest.raises(ConfigError) as caught:
        igate_statuses({}, {}, preset=name, key="sources.igate.status")
    assert caught.value.key == "sources.igate.status.preset"
    with pytest.raises(ConfigError) as caught:
        portal_statuses({}, {}, preset=name)
    assert caught.value.key == "status.preset"


@pytest.mark.parametrize("table", [[], "4", None, 4])
def test_anything_but_a_table_of_overrides_is_refused(table: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        igate_statuses(table, {}, key="sources.igate.status")
    assert caught.value.key == "sources.igate.status.by_id"
    with pytest.raises(ConfigError) as caught:
        igate_channels({}, table)
    assert caught.value.key == "channel.by_name"


@pytest.mark.parametrize("written", [None, 4.0, ()])
def test_a_key_that_is_neither_id_nor_label_is_refused(written: Any) -> None:
    with pytest.raises(ConfigError, match="write the source's id or label"):
        igate_statuses({written: 4}, {})


def test_a_number_as_a_label_is_a_label() -> None:
    labels: Any = {17: 4}
    assert igate_statuses({}, labels).lookup(None, "17") is Status.PROCESSING


labels = st.text("aàăâđơư ẠỘ0123", min_size=1, max_size=6).filter(str.strip)


@given(st.dictionaries(labels, st.integers(1, 10), max_size=4), labels)
def test_an_override_is_found_in_any_spelling_and_twice(written: dict[str, int], ask: str) -> None:
    if len({fold_label(label) for label in written}) < len(written):
        return
    table = portal_statuses({}, written)
    for label, status in written.items():
        for spelling in (label, label.upper(), f" {unicodedata.normalize('NFD', label)} "):
            assert table.lookup(None, spelling) is table.lookup(None, spelling) is Status(status)
    if fold_label(ask) not in map(fold_label, written):
        assert table.lookup(None, ask) is None


NO_TABLE: Any = []


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: StatusTable({"1": 99}, {}), ("by_id.1: is not one of the portal's states; write "
         "one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10")),
        (lambda: StatusTable(NO_TABLE, {}), "by_id: is not a table of the source's ids or labels"),
        (lambda: ChannelTable({}, {"Xa": 4}), ("by_name.Xa: is not a channel (1 counter, 2 online, "
         "3 post); write one of 1, 2, 3")),
        (lambda: igate_statuses({}, {" ": 4}), ("status.by_name. : write the source's id or label "
         "as the key")),
        (lambda: preset_statuses("hg", {}, {"a": 4, "A": 5}), ("status.by_name.A: is written twice "
         "with different meanings; keep one")),
        (lambda: portal_channels({"a.": 9}, {}), ("channel.by_id.a.: is not a channel (1 counter, "
         "2 online, 3 post); write one of 1, 2, 3")),
        (lambda: portal_channels({"a": 9}, {}, key="s"), ("s.by_id.a: is not a channel (1 counter, "
         "2 online, 3 post); write one of 1, 2, 3")),
        (lambda: portal_statuses(NO_TABLE, {}, key="s"), ("s.by_id: is not a table of the "
         "source's ids or labels")),
    ],
)  # fmt: skip
def test_an_error_says_where_and_what_to_write(build: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build()
    assert str(caught.value) == message


def test_numbers_with_leading_zeros_are_one_up_to_nine_digits() -> None:
    table = portal_statuses({}, {})
    assert table.lookup("000000004", None) is Status.PROCESSING
    assert table.lookup("0000000004", None) is None


@pytest.mark.parametrize("written", ["none", "xxxx"])
def test_none_is_neither_id_nor_label(written: str) -> None:
    assert igate_statuses({written: 4}, {written: 4}).lookup(None, None) is None


@pytest.mark.parametrize("first", [True, 1])
def test_ids_of_different_types_are_cached_separately(first: int) -> None:
    table = portal_statuses({}, {})
    table.lookup(first, None)
    assert table.lookup(True, None) is None
    assert table.lookup(1, None) is Status.NEW


def test_the_cache_is_bounded_and_stays_right() -> None:
    table = portal_statuses({}, {})
    for number in range(3000):
        assert table.lookup(f"x{number}", "Đang xử lý") is Status.PROCESSING
    assert table.lookup("x2999", "Đã trả kết quả") is Status.RETURNED
