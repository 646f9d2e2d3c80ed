"""English sentences of the library in another language."""

from __future__ import annotations

import pytest
from pydantic_core._pydantic_core import list_all_errors

from khop.errors import Unreachable
from khop.text.translation import Translator, sentences, translator

TABLE = {
    "is empty": "đang trống",
    "the file {0} is empty; write it again": "tệp {0} trống; hãy ghi lại",
    "the file {0} of {1} cannot be read ({2})": "không đọc được ({2}) tệp {0} của {1}",
    "use {key} once": "chỉ dùng {key} một lần",
}
translate = Translator(TABLE)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("is empty", "đang trống"),
        ("the file a.b is empty; write it again", "tệp a.b trống; hãy ghi lại"),
        ("the file k of so cannot be read (is empty)", "không đọc được (đang trống) tệp k của so"),
        ("use url once", "chỉ dùng url một lần"),
        ("sources.igate.url: is empty", "sources.igate.url: đang trống"),
        ("is empty; nobody knows this", "đang trống; nobody knows this"),
        ("nobody knows this", "nobody knows this"),
        ("the file {0} is empty; write it again", "tệp {0} trống; hãy ghi lại"),
        ("", ""),
    ],
)
def test_a_sentence_and_its_gaps_are_translated(text: str, made: str) -> None:
    assert translate(text) == made


def test_a_very_long_text_is_left_as_it_is() -> None:
    text = "is empty; " * 500
    assert translate(text) == text


def test_english_stays_english() -> None:
    assert translator("en")("is empty") == "is empty"


def test_an_error_of_a_connector_is_vietnamese() -> None:
    error = Unreachable("igate", "search", http_status=502)
    assert translator("vi")(str(error)) == (
        "igate search: không kết nối được (hãy kiểm tra địa chỉ và mạng); HTTP 502"
    )


def test_every_translation_has_the_gaps_of_its_sentence() -> None:
    table = sentences("vi")
    filled = {text: Translator({text: made})(text) for text, made in table.items()}
    # A sentence fits itself: its gaps are filled with their own names.
    assert {text: made for text, made in filled.items() if made != table[text]} == {}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        # a gap ends with its sentence, also where the sentence ends with the gap
        ("a.b: at least {0}; c.d: is empty", "a.b: ít nhất {0}; c.d: đang trống"),
        ("a.b: at least 0; c.d: at least 1", "a.b: ít nhất 0; c.d: ít nhất 1"),
        # a sentence with a divider of its own stands among others
        (
            "k: is empty; f: the file x is empty; write it again; g: is empty",
            "k: đang trống; f: tệp x trống; hãy ghi lại; g: đang trống",
        ),
        # what a gap holds may have dividers where the sentence encloses it
        (
            "the file x; y of z cannot be read (is empty)",
            "không đọc được (đang trống) tệp x; y của z",
        ),
    ],
)
def test_sentences_that_follow_each_other_are_translated_apart(text: str, made: str) -> None:
    assert Translator({**TABLE, "at least {0}": "ít nhất {0}"})(text) == made


#: Mistakes that a person can make in khop.toml.
MISTAKES = {
    "missing", "extra_forbidden", "string_type", "int_type", "int_parsing", "int_from_float",
    "float_type", "float_parsing", "bool_type", "bool_parsing", "list_type", "tuple_type",
    "set_type", "frozen_set_type", "dict_type", "mapping_type", "model_type", "date_type",
    "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact", "datetime_type",
    "datetime_parsing", "datetime_from_date_parsing", "timezone_aware", "time_type",
    "time_parsing", "literal_error", "enum", "value_error", "greater_than", "greater_than_equal",
    "less_than", "less_than_equal", "finite_number", "too_short", "too_long", "string_too_short",
    "string_too_long", "string_pattern_mismatch", "url_parsing", "url_scheme", "is_instance_of",
}  # fmt: skip


def test_what_pydantic_says_of_a_mistake_is_translated() -> None:
    messages = {str(e["type"]): e["example_message_python"] for e in list_all_errors()}
    assert messages.keys() >= MISTAKES
    assert {
        kind for kind in MISTAKES if translator("vi")(messages[kind]) == messages[kind]
    } == set()
