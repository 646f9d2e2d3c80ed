"""The sentences of reports, of lists of work and of lists of rules, by language."""

from __future__ import annotations

from khop.text.words import Words


def report_words(lang: str) -> Words:
    """What reports say, in ``vi`` or ``en`` (``sentences/LANG.toml``)."""
    return Words.load("khop.audit", "sentences", lang)


def todo_words(lang: str) -> Words:
    """What lists of work and of rules say, in ``vi`` or ``en`` (``todo/LANG.toml``)."""
    return Words.load("khop.audit", "todo", lang)
