"""Sentences that the library writes in English, in another language.

Errors, reasons, checks and the comments of khop.toml are English where they arise, because a
program reads them too. What a person sees is translated at the edge, by a table of sentences with
gaps (``translations/LANG.toml``)::

    "the file {0} is empty; write it again" = "tệp {0} trống; hãy ghi lại"

A gap is translated as well, because a sentence often holds another one. A text that no sentence
fits is divided at ``; `` and ``: ``, and the longest runs of its parts that fit are translated;
what is left stays English.
``python -m tools.sentences`` lists the sentences that have no translation.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

_GAP = re.compile(r"\{(\w+)\}")
#: Longer texts are not sentences of khop.
_LONGEST = 2000
_DIVIDER = re.compile("(; |: )")
#: A sentence has no more parts than this.
_LONGEST_RUN = 8


#: What a gap may hold, from the narrowest: no divider, no end of a sentence, anything.
_NO_DIVIDER = r"((?:(?!; |: ).)*?)"
_ONE_SENTENCE = r"((?:(?!; ).)*?)"
_ANYTHING = "(.*?)"


class _Pattern:
    """A sentence with gaps. ``needed``: its longest part, which every such text holds."""

    def __init__(self, text: str, translation: str) -> None:
        parts = _GAP.split(text)
        self.translation = translation
        self._literals, self.gaps = parts[::2], parts[1::2]
        self.needed = max(self._literals, key=len)
        self.length = sum(map(len, self._literals))
        #: Whether it begins and ends with a part that is no gap.
        self.enclosed = bool(self._literals[0] and self._literals[-1])
        self._forms: dict[str, re.Pattern[str]] = {}

    def match(self, text: str, gap: str) -> re.Match[str] | None:
        if self.needed not in text:
            return None
        if gap not in self._forms:
            form = gap.join(map(re.escape, self._literals))
            self._forms[gap] = re.compile(form, re.DOTALL)
        return self._forms[gap].fullmatch(text)


class Translator:
    """Translates texts. ``sentences``: sentence with gaps ``{0}``, ``{1}`` … -> translation."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._whole = {text: made for text, made in sentences.items() if not _GAP.search(text)}
        self._patterns = sorted(
            (_Pattern(text, made) for text, made in sentences.items() if _GAP.search(text)),
            key=lambda pattern: -pattern.length,
        )
        self._enclosed = [pattern for pattern in self._patterns if pattern.enclosed]
        self._known = lru_cache(maxsize=4096)(self._translated)

    def __call__(self, text: str) -> str:
        """The text in the language of the table; itself where no sentence fits."""
        if len(text) > _LONGEST or not (self._whole or self._patterns):
            return text
        return self._known(text)

    def _translated(self, text: str) -> str:
        for gap in (_NO_DIVIDER, _ONE_SENTENCE):
            if (made := self._divided(text, gap)) != text:
                return made
        return self._fitting(text, _ANYTHING, self._enclosed) or text

    def _divided(self, text: str, gap: str) -> str:
        """The text with each longest run of its parts that is a sentence translated."""
        # Parts and the dividers between them, alternately.
        pieces = _DIVIDER.split(text)
        made, start = [], 0
        while start < len(pieces):
            end, run = self._longest_run(pieces, start, gap)
            made += [run, *pieces[end : end + 1]]
            start = end + 1
        return "".join(made)

    def _longest_run(self, pieces: Sequence[str], start: int, gap: str) -> tuple[int, str]:
        """The end of the longest run from ``start`` that is a sentence, and its translation."""
        last = min(start + 2 * _LONGEST_RUN - 1, len(pieces))
        for end in range(last, start, -2):
            made = self._fitting("".join(pieces[start:end]), gap, self._patterns)
            if made is not None:
                return end, made
        return start + 1, pieces[start]

    def _fitting(self, text: str, gap: str, patterns: Iterable[_Pattern]) -> str | None:
        if text in self._whole:
            return self._whole[text]
        for pattern in patterns:
            if match := pattern.match(text, gap):
                parts = zip(pattern.gaps, map(self, match.groups()), strict=True)
                return _filled(pattern.translation, dict(parts))
        return None


def _filled(translation: str, parts: Mapping[str, str]) -> str:
    return _GAP.sub(lambda gap: parts[gap[1]], translation)


@cache
def translator(lang: str) -> Translator:
    """The translator to a language; English texts stay as they are."""
    return Translator({} if lang == "en" else sentences(lang))


def sentences(lang: str) -> Mapping[str, str]:
    """Sentence -> translation, in the order of the table."""
    text = files("khop.text").joinpath("translations", f"{lang}.toml").read_text("utf-8")
    tables: Iterable[Mapping[str, str]] = tomllib.loads(text).values()
    return {sentence: made for table in tables for sentence, made in table.items()}
