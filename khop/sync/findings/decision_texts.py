"""Texts that people write in decisions about findings: checked, and errors that say why not.

Officers write about dossiers; a personal number in such a text is refused (docs/domain.md,
Personal data).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.sync.reconciling.rules import RULES
from khop.text.choices import check_day, check_text
from khop.text.masking import holds_personal_number
from khop.text.normal_form import normal_form

#: The longest name and the longest text, in characters.
LONGEST_NAME = 200
LONGEST_TEXT = 2000

#: The error text for a person, by ``DecisionError.reason``.
SENTENCES = {
    "no_finding": "there is no finding {rule} of {subject}; `khop audit --state all` lists them",
    "resolved": "the finding {rule} of {subject} is resolved: a reconcile no longer found it",
    "excluded": "the finding {rule} of {subject} is excluded; take the exclusion back first",
    "not_excluded": "no exclusion of {rule} of {subject} is in force",
    "no_rule": "there is no rule {rule}",
    "no_actor": "a decision needs the account of the person who takes it",
    "no_assignee": "say who has to answer",
    "no_text": "an explanation needs a text",
    "no_reason": "an exclusion needs a reason",
    "past": "{day} is in the past",
    "too_long": "the text is longer than {limit} characters",
    "personal": (
        "the text holds what may be a personal number or a telephone number: leave it out; the "
        "dossier's code is enough"
    ),
}


class DecisionError(KhopError):
    """A decision that is refused; nothing was written.

    ``reason``: a key of ``SENTENCES``; ``about``: the values in the sentence (``subject``,
    ``rule``, ``day``, ``limit``).
    """

    def __init__(self, reason: str, **about: object) -> None:
        super().__init__(" ".join(SENTENCES[reason].format(**about).split()))
        self.reason = reason
        self.about = about


def known_rules(rules: Iterable[str]) -> list[str]:
    """The ids of these rules, written in any case, each once. Raises DecisionError."""
    named = list(dict.fromkeys(rule.strip().upper() for rule in rules))
    for rule in named:
        if rule not in RULES:
            raise DecisionError("no_rule", rule=rule)
    return named


def name_of(text: str, missing: str) -> str:
    """A person's account or a unit, as it is stored. Raises DecisionError."""
    return text_of(text, missing, LONGEST_NAME)


def text_of(text: str, missing: str, limit: int = LONGEST_TEXT) -> str:
    """``text`` as it is stored. ``missing``: the reason of the error when it is empty. Raises
    DecisionError."""
    check_text("text", text)
    bare = normal_form("NFC", text).strip()
    if not bare:
        raise DecisionError(missing)
    if len(bare) > limit:
        raise DecisionError("too_long", limit=limit)
    if holds_personal_number(bare):
        raise DecisionError("personal")
    return bare


def refuse_past(day: date | None, now: datetime) -> None:
    """Raises DecisionError for a day before the local day of ``now``, KhopError for no day."""
    check_day("day", day)
    if day is not None and day < Instant.of(now).local_date:
        raise DecisionError("past", day=f"{day:%d/%m/%Y}")
