"""The language of the command line, and its sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khop.text.words import LANGUAGES, Words


def choose_language(args: Sequence[str], environ: Mapping[str, str]) -> str:
    """``--lang`` where it is given (the last one counts), else the locale's language.

    It is read before the command line is parsed, because help texts and usage errors are in that
    language too.
    """
    chosen = _lang_option(args)
    if chosen in LANGUAGES:
        return chosen
    locale = next((environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(n)), "")
    return "vi" if locale.lower().startswith("vi") else "en"


def _lang_option(args: Sequence[str]) -> str:
    chosen = ""
    for position, word in enumerate(args):
        if word == "--":
            break
        if word.startswith("--lang="):
            chosen = word.removeprefix("--lang=")
        elif word == "--lang" and position + 1 < len(args):
            chosen = args[position + 1]
    return chosen


def command_words(lang: str) -> Words:
    """The sentences of the command line, in ``vi`` or ``en``."""
    return Words.load("khop.cli", "messages", lang)
