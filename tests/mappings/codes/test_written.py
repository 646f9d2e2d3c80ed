"""The code in a text of people or programs (docs/trust.md, What stands around a code)."""

# ruff: noqa: RUF001 signs that look like others

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.codes.grammar import CodeGrammar, code_grammar
from khop.mappings.codes.written import (
    cleaned_code,
    codes_in,
    is_proper,
    plain_text,
    written_code,
)

CODE = "H99.18.14-261109-0001"
OTHER = "H99.18.14-261109-0002"
OWN = "Z99.14-261109-0001"


def own_grammar() -> CodeGrammar:
    """Shapes of a province that no packaged shape fits."""
    row = {"source": "s", "name": "n"}
    dated = {"parts": ["unit", "date", "serial"], "date_format": "yyMMdd", "order": "new"}
    return code_grammar(
        {
            "dossier": [
                row | dated | {"id": "X1", "pattern": "^(Z99[.]14)-([0-9]{6})-([0-9]{4})$"},
                row | {"id": "X2", "pattern": "^HS-([0-9]{6})$", "parts": ["serial"]},
                row | {"id": "X3", "pattern": "^TN/([0-9]{4}/[0-9]{4})$", "parts": ["serial"]},
            ]
        }
    )


@pytest.mark.parametrize(
    ("code", "proper"),
    [
        (CODE, True),
        ("000.14.18.H99-261109-0001", True),
        ("G22.99-250820-000777", True),
        ("H99.12-250115-48213", True),
        ("XYZ-240823-000001", False),
        ("PHONG TU PHAP-240823-000001", False),
        ("H99.18.14-261399-0001", False),
        # before such codes were given out
        ("H99.18.14-200914-0001", False),
        ("H99.18.14-200915-0001", True),
        # signs that the canonical spelling leaves out, or makes a plain letter of
        ("H99 .12-250115-48213", False),
        ("H99\t.12-250115-48213", False),
        ("H99\u200b.12-250115-48213", False),
        ("\u017f99.12-250115-48213", False),
        ("Н99.18.14-261109-0001", False),
        ("HS/2025/0012", False),
        (OWN, False),
        ("", False),
    ],
)
def test_a_proper_code_has_a_known_shape_in_usual_letters(code: str, proper: bool) -> None:
    assert is_proper(code) is proper


WRITTEN = [
    "{}",
    " {} ",
    "“{}”",
    "'{}",
    '="{}"',
    "({}).",
    "[{}];",
    "{}²",
    "{}…",
    "Mã HS: {}",
    "HS {}",
    "MHS {}",
    "Số {}",
    "Ma ho so dien tu: {}",
    "Mã hồ sơ ðiện tử: {}",
    "MÃ HỒ SƠ ĐIỆN TỬ - {}",
    "GIẤY TIẾP NHẬN SỐ: {}",
    "№ {}",
    "MHS{}",
    "Mãhồsơđiệntử{}",
    "Giấy tiếp nhận số{}",
    "{} bổ sung",
    "{} (bổ sung)",
    "{}. Bổ sung",
    "{} . bổ sung",
    "{} - bổ sung",
    "{}; ông Mẫu nhận thay",
    "Mã HS: {} (lần đầu)",
    "{0} / {0}",
    "https://dvc.example.vn/ho-so/{}",
    "https://dvc.example.vn/tra-cuu?ma={}&trang=chi-tiet",
    "www.example.vn/2026/({}).",
    "//example.vn/{0}#{0}",
]


@pytest.mark.parametrize("around", WRITTEN)
@pytest.mark.parametrize("code", [CODE, CODE.lower(), "000.14.18.H99-261109-0001"])
def test_what_stands_around_a_code_is_taken_off(around: str, code: str) -> None:
    assert written_code(around.format(code)) == code.upper()


@pytest.mark.parametrize("around", WRITTEN)
def test_a_provinces_own_shapes_are_read_in_the_same_way(around: str) -> None:
    assert written_code(around.format(OWN), own_grammar()) == OWN
    assert written_code(around.format(OWN)) is None


@pytest.mark.parametrize(
    "spelling",
    [
        "Z99.14 – 261109 – 0001",
        "Z99.14 - 261109 - 0001 (bổ sung)",
        "Z99.14--261109--0001",
        "Z99.14/261109/0001",
        "Z99.14_261109_0001",
        "Z99.14.261109.0001",
        "Z99.14 261109 0001",
        "Ｚ９９.14-261109-0001",
        "𝐙99.14-261109-0001",
        "Z99.14\u2212261109\u20130001",
        "Z99.14\u00ad-261109-\u00ad0001",
        "Z99.14\u00ad261109\u00ad0001",
        "Z99.14-261109-0\u200b001",
        "Z99.14-261109-0\ufe0f001",
        "Z99\u00a0.14-261109-0001",
        "Z99\x00.14-261109-0001",
        "Z99.14&#45;261109&#x2D;0001",
        "&quot;Z99.14-261109-0001&quot;",
        "https://example.vn/%7A99.14-261109-0001",
    ],
)
def test_other_signs_between_the_parts(spelling: str) -> None:
    assert written_code(spelling, own_grammar()) == OWN
    known = spelling.translate(str.maketrans("ZＺ𝐙", "HＨ𝐇")).replace("%7A", "%68")
    assert written_code(known) == OWN.replace("Z", "H")


def test_a_code_that_begins_like_a_label_stays_whole() -> None:
    assert written_code("HS-261109", own_grammar()) == "HS-261109"


def test_a_shape_with_signs_of_its_own() -> None:
    assert written_code("TN/2026/0012", own_grammar()) == "TN/2026/0012"
    assert written_code("Số: tn/2026/0012.", own_grammar()) == "TN/2026/0012"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "-",
        "Mã hồ sơ",
        "Nguyễn Văn Mẫu",
        "HS/2025/0012",
        "261109-0001",
        "H99.18.14-261399-0001",
        "Н99.18.14-261109-0001",
        f"{CODE}; {OTHER}",
        f"{CODE} {OTHER}",
        f"{CODE} và 1 hồ sơ khác",
        f"{CODE} ngày 9/11",
        f"{CODE}A",
        f"{CODE}Ă",
        f"{CODE}X (bổ sung)",
        f"{CODE}5678",
        f"Phí của {CODE}",
        f"X{CODE}",
        # A label is a whole word, or stands before the code alone.
        f"MHS{CODE} bổ sung",
        f"MHSX{CODE}",
        "H99.18.14//261109//0001",
        "https://example.vn/261109-0001",
        f"https://example.vn/{CODE}?ma={OTHER}",
        f"https://example.vn/a{CODE}",
        f"https://example.vn/{CODE}-1",
    ],
)
def test_anything_else_keeps_no_code(text: str) -> None:
    assert written_code(text) is None


def test_a_text_is_read_up_to_five_hundred_characters() -> None:
    assert written_code(CODE + " " * (500 - len(CODE))) == CODE
    assert written_code(CODE + " " * (501 - len(CODE))) is None
    far = " " * (500 - len(CODE))
    assert codes_in(far + CODE) == {CODE}
    assert codes_in(f"{far} {CODE}") == set()


def test_a_text_without_a_code_keeps_its_canonical_spelling() -> None:
    assert cleaned_code(" hs/2025 – 0012 ") == "HS/2025-0012"
    assert cleaned_code("Mã HS: h99.18.14-261109-0001") == CODE
    assert cleaned_code("Mã HS: z99.14-261109-0001", own_grammar()) == OWN
    assert cleaned_code("Mã HS: z99.14-261109-0001") == "MÃHS:Z99.14-261109-0001"


def test_all_codes_of_a_text_are_found() -> None:
    assert codes_in(f"{CODE}, {OTHER.lower()}-; ({CODE}.)") == {CODE, OTHER}
    assert codes_in(f"{CODE}X; {CODE}5678; X{CODE}; 261109-0001") == set()
    assert codes_in(f"{OWN}. {CODE}", own_grammar()) == {OWN, CODE}
    assert codes_in(f"{OWN}. {CODE}") == {CODE}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("abc", "ABC"),
        ("a\x00b\tc\x7fd", "A B C D"),
        ("ă\u00a0Ă\u2003đ", "Ă Ă Đ"),
        ("a\u0306", "Ă"),
        ("–—‐−", "----"),
        ("a\u200bb\ufeffc\u034fd\ufe0fe", "ABCDE"),
        ("Ｈ９", "H9"),
        ("𝐇𝟗", "H9"),
        ("№ ﬁ", "NO FI"),
        ("a²b½c①", "A B C "),
        ("Н", "Н"),
        ("", ""),
    ],
)
def test_a_plain_text_has_usual_letters_and_signs(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@given(st.text(max_size=60))
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    plain = plain_text(text)
    assert plain_text(plain) == plain


@given(st.text(max_size=60), st.sampled_from(["", " ", "; "]), st.text(max_size=20))
def test_a_code_is_never_read_beside_another(before: str, space: str, after: str) -> None:
    assert written_code(f"{before} {OTHER} {after}{space}") in (None, OTHER)
    assert written_code(f"{CODE} {before} {OTHER}{space}{after}") is None
