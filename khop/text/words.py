"""Sentences of one language, from a TOML table that is packaged beside the code that uses it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from khop.text.translation import translator

#: The languages of khop's output.
LANGUAGES = ("vi", "en")


class Words:
    """Sentences by dotted key; ``words("pull.done", count=3)`` fills in the names in braces."""

    def __init__(self, lang: str, sentences: Mapping[str, str]) -> None:
        self.lang = lang
        self._sentences = sentences

    @classmethod
    def load(cls, package: str, folder: str, lang: str) -> Words:
        """The table ``FOLDER/LANG.toml`` of ``package``."""
        text = files(package).joinpath(folder, f"{lang}.toml").read_text("utf-8")
        return cls(lang, dict(_flat(tomllib.loads(text))))

    def __call__(self, key: str, /, **names: object) -> str:
        return self._sentences[key].format(**names) if names else self._sentences[key]

    def get(self, key: str, default: str) -> str:
        """The sentence at ``key``, or ``default`` where the table has none."""
        return self._sentences.get(key, default)

    def translated(self, text: str) -> str:
        """An English sentence of the library in the language of these words."""
        return translator(self.lang)(text)

    def all_keys(self) -> frozenset[str]:
        return frozenset(self._sentences)


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
