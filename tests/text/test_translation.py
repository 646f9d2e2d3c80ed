"""English sentences of the library in another language."""

from __future__ import annotations

import pytest

from khop.errors import Unreachable
from khop.text.translation import Translator, sentences, translator
from tools.sentences import untranslated

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


def test_every_sentence_of_the_library_is_translated() -> None:
    missing = {text: path.name for text, path in untranslated("vi").items()}
    assert missing == {}, "python -m tools.sentences prints the lines to add"
