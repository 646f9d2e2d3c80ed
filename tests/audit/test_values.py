"""Labels of columns, and values as people read them."""

from __future__ import annotations

from datetime import datetime

import pytest

from khop.audit.values import describe, describe_all, label, local_time, show_time, show_value
from khop.audit.words import report_words


def test_the_label_of_a_case_column_names_its_system() -> None:
    assert label("po_received_at", report_words("en")) == "National portal: received"
    assert label("os_received", report_words("vi")) == "Một cửa: ngày tiếp nhận"


def test_a_column_without_a_label_is_shown_by_its_own_name() -> None:
    assert label("queue_length", report_words("en")) == "queue length"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-12", "12/11/2026"),
        ("2026-11-12T20:00:00+00:00", "13/11/2026 03:00:00"),
        ("2026-11-12T20:00:00Z", "13/11/2026 03:00:00"),
        ("2026-11-12T20:00:00+07:00", "12/11/2026 20:00:00"),
        ("2026-13-45", "2026-13-45"),
        ("2026-11-12Tx", "2026-11-12Tx"),
        ("H99", "H99"),
    ],
)
def test_times_are_shown_in_viet_nam_time(text: str, shown: str) -> None:
    assert show_time(text) == shown


def test_a_moment_without_a_zone_is_taken_for_utc() -> None:
    assert local_time("2026-11-12T20:00:00") == datetime(2026, 11, 13, 3)


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("os_status", 9, "9 Finished"),
        ("po_presence", "absent", "absent"),
        ("os_channel", 3, "3 Public post"),
        ("os_status", 99, "99"),
        ("os_no_due", True, "yes"),
        ("unit", None, "–"),
        ("aliases", [], "–"),
        ("aliases", ["A", "B"], "A, B"),
        ("os_native_count", 0, "0"),
        ("unit", "a\x1bb", "ab"),
    ],
)
def test_values_are_shown_by_their_names(key: str, value: object, shown: str) -> None:
    assert show_value(key, value, report_words("en")) == shown


def test_a_path_is_shown_state_by_state() -> None:
    shown = show_value("os_path", "2>5>?>99", report_words("en"))
    assert shown == "2 Received → 5 Supplement asked for → not known → 99"


def test_evidence_from_paper_shows_file_sheet_and_row() -> None:
    row = {"source": "so", "kind": "logbook_row", "file": "so.xlsx", "sheet": "T11", "row": 12}
    assert describe(row, report_words("vi")) == (
        "nguồn = so; loại = dòng trong sổ theo dõi; tệp = so.xlsx; trang tính = T11; dòng = 12"
    )


def test_missing_values_are_left_out() -> None:
    text = describe({"os_status": 2, "po_status": None}, report_words("en"))
    assert text == "One-stop: state = 2 Received"


def test_rows_of_evidence_are_separated_by_a_bar() -> None:
    rows = [{"source": "igate", "kind": "record"}, {"source": "dvcqg", "kind": "look_up"}]
    text = describe_all(rows, report_words("en"))
    assert text == "source = igate; kind = record | source = dvcqg; kind = look-up"
