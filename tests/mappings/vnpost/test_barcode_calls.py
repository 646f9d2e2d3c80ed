"""Where a call of the post has the barcode of a receipt."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.vnpost.barcode import barcode_of, read_barcode

BARCODE = "D-4821-105533-1"


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"ma_bien_nhan": BARCODE}, ""),
        ({"Ma_Bien_Nhan": f" {BARCODE} "}, "{}"),
        ({"maBienNhan": BARCODE}, ""),
        ({}, json.dumps({"ma_bien_nhan": BARCODE})),
        ({}, json.dumps({"maBienNhan": BARCODE, "diaChi": "Số 1 phố Mẫu"})),
        ({}, json.dumps({"data": {"MA_BIEN_NHAN": BARCODE}})),
        ({}, json.dumps({"data": json.dumps({"ma_bien_nhan": BARCODE})})),
        ({}, f"ma_bien_nhan={BARCODE}&x=1"),
        ({}, f"MaBienNhan={BARCODE}"),
        ({}, BARCODE),
        ({}, f'"{BARCODE}"'),
        ({"x": "1"}, f"\ufeff{BARCODE}\n"),
    ],
)
def test_the_barcode_is_found_in_query_or_body(query: dict[str, str], body: str) -> None:
    assert read_barcode(barcode_of(query, body.encode())).dossier_id == "105533"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no body"),
        (b"{}", "neither in the query"),
        (b"[1]", "neither in the query"),
        (b'{"data": []}', "neither in the query"),
        (b"<wish/>", "neither in the query"),
        (b"x" * 100_000, "too long"),
    ],
)
def test_a_call_without_a_barcode_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(RecordError, match=why) as refused:
        barcode_of({}, body)
    assert refused.value.field == "ma_bien_nhan"


@given(st.binary(max_size=200))
def test_any_body_has_a_barcode_or_is_refused(body: bytes) -> None:
    try:
        assert barcode_of({}, body)
    except RecordError as refused:
        assert refused.field == "ma_bien_nhan"
