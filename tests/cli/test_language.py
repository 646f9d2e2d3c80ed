"""How the language of the output is chosen."""

from __future__ import annotations

import pytest

from khop.cli.language import choose_language


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi_VN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "vi"}, "vi"),
        ({"LANG": "vi_VN", "LC_ALL": ""}, "vi"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_the_locale_chooses_the_language(environ: dict[str, str], lang: str) -> None:
    assert choose_language([], environ) == lang


@pytest.mark.parametrize(
    ("args", "lang"),
    [
        (["--lang", "vi", "pull"], "vi"),
        (["pull", "--lang=vi"], "vi"),
        (["--lang", "vi", "pull", "--lang", "en"], "en"),
        (["pull", "--", "--lang", "vi"], "en"),
        (["pull", "--lang"], "en"),
        (["pull", "--lang", "fr"], "en"),
    ],
)
def test_the_lang_option_overrides_the_locale(args: list[str], lang: str) -> None:
    assert choose_language(args, {"LANG": "en_US.UTF-8"}) == lang
