"""Texts that stand for one of a few values, by the phrases in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khop.mappings.paper.words import folded


class Phrases:
    """The phrases of some values, compared as headers are. Of phrases within each other the longest
    counts: "không hợp lệ" is not "hợp lệ"."""

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        pairs = [(folded(text), value) for value, texts in phrases.items() for text in texts]
        self._pairs = sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)

    def split(self, text: str) -> tuple[frozenset[str], str]:
        """The values that a text names, and what else it says, folded."""
        key, found = folded(text), set()
        for phrase, value in self._pairs:
            if phrase in key:
                key = key.replace(phrase, "#")
                found.add(value)
        return frozenset(found), key

    def equal(self, text: str) -> str | None:
        """The value that a text is a phrase of, without any other word."""
        key = folded(text)
        return next((value for phrase, value in self._pairs if phrase == key), None)
