"""Sentences that the library writes in English, in another language.

Errors, reasons, checks and the comments of khop.toml are English where they arise, because a
program reads them too. What a person sees is translated at the edge, by a table of sentences with
gaps (``translations/LANG.toml``)::

    "the file {0} is empty; write it again" = "tệp {0} trống; hãy ghi lại"

A gap is translated as well, because a sentence often holds another one. A text that no sentence
fits is divided at ``; `` and ``: `` and its parts are translated; what is left stays English.
``python -m tools.sentences`` lists the sentences that have no translation.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_GAP = re.compile(r"\{(\w+)\}")
#: Longer texts are not sentences of khop.
_LONGEST = 2000
_DIVIDERS = ("; ", ": ")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A sentence with gaps. ``needed``: its longest part, which every such text holds."""

    needed: str
    literals: int
    form: re.Pattern[str]
    gaps: tuple[str, ...]
    translation: str


class Translator:
    """Translates texts. ``sentences``: sentence with gaps ``{0}``, ``{1}`` … -> translation."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._whole = {text: made for text, made in sentences.items() if not _GAP.search(text)}
        self._patterns = sorted(
            (_pattern(text, made) for text, made in sentences.items() if _GAP.search(text)),
            key=lambda pattern: -pattern.literals,
        )
        self._known = lru_cache(maxsize=4096)(self._translated)

    def __call__(self, text: str) -> str:
        """The text in the language of the table; itself where no sentence fits."""
        if len(text) > _LONGEST or not (self._whole or self._patterns):
            return text
        return self._known(text)

    def _translated(self, text: str) -> str:
        made = self._fitting(text)
        if made is not None:
            return made
        for divider in _DIVIDERS:
            if divider in text:
                return divider.join(self(part) for part in text.split(divider))
        return text

    def _fitting(self, text: str) -> str | None:
        if text in self._whole:
            return self._whole[text]
        for pattern in self._patterns:
            if pattern.needed in text and (match := pattern.form.fullmatch(text)):
                parts = zip(pattern.gaps, map(self, match.groups()), strict=True)
                return _filled(pattern.translation, dict(parts))
        return None


def _filled(translation: str, parts: Mapping[str, str]) -> str:
    return _GAP.sub(lambda gap: parts[gap[1]], translation)


def _pattern(text: str, translation: str) -> _Pattern:
    parts = _GAP.split(text)
    literals = parts[::2]
    form = "(.*?)".join(map(re.escape, literals))
    return _Pattern(
        needed=max(literals, key=len),
        literals=sum(map(len, literals)),
        form=re.compile(form, re.DOTALL),
        gaps=tuple(parts[1::2]),
        translation=translation,
    )


@cache
def translator(lang: str) -> Translator:
    """The translator to a language; English texts stay as they are."""
    return Translator({} if lang == "en" else sentences(lang))


def sentences(lang: str) -> Mapping[str, str]:
    """Sentence -> translation, in the order of the table."""
    text = files("khop.text").joinpath("translations", f"{lang}.toml").read_text("utf-8")
    tables: Iterable[Mapping[str, str]] = tomllib.loads(text).values()
    return {sentence: made for table in tables for sentence, made in table.items()}
