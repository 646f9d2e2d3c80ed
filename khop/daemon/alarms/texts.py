"""What people read of an alarm: what happened, since when, what it means for the findings, and what
to do.

The sentences are English here and translated by ``khop.text.translation``. In them {0} is what the
alarm is about and {1} a time: since when it is so, or the last run that ended well. No sentence
holds a dossier or a person; codes are struck out of what systems answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from khop.daemon.alarms.names import CLEARED, GONE, AlarmName, Kind
from khop.daemon.streams import State
from khop.mappings.codes import parse_code
from khop.mappings.codes.grammar import CodeGrammar
from khop.text.local_time import local_datetime
from khop.text.translation import translator

Language = Literal["vi", "en"]
_Words = Callable[[str], str]

#: Where the headings are.
_PAGES = {"en": "docs/operate.md", "vi": "docs/operate.vi.md"}


@dataclass(frozen=True, slots=True)
class AlarmSentence:
    """``never``: the sentence where no run of the stream has ended well yet."""

    text: str
    never: str | None = None


@dataclass(frozen=True, slots=True)
class AlarmText:
    """The sentences of one state or name.

    ``heading``: in docs/operate.md. ``title``: the subject. ``findings``: what it means for the
    findings; None where that depends on the stream.
    """

    heading: str
    title: str
    happened: AlarmSentence
    findings: AlarmSentence | None = None


ALARM_TEXTS: Mapping[str, AlarmText] = {
    State.LATE: AlarmText(
        "A stream is late",
        "{0} is late",
        AlarmSentence(
            "{0} has had no run that ended well since {1}.",
            "{0} has had no run that ended well yet.",
        ),
    ),
    State.DOWN: AlarmText(
        "A stream fails",
        "{0} fails",
        AlarmSentence(
            "{0} fails each time; its last run that ended well was at {1}.",
            "{0} fails each time; no run has ended well yet.",
        ),
    ),
    State.AUTH: AlarmText(
        "A system does not accept the account",
        "{0} does not accept the account",
        AlarmSentence(
            "{0} has not accepted the account of khop since {1}; it is left alone until a person "
            "resumes it."
        ),
    ),
    State.PAUSED: AlarmText(
        "A stream is paused",
        "{0} is paused",
        AlarmSentence("{0} has been paused since {1}, until a person resumes it."),
    ),
    AlarmName.LEDGER: AlarmText(
        "The ledger is damaged",
        "the ledger is damaged",
        AlarmSentence("The ledger is damaged; found at {1}."),
        AlarmSentence("Do not rely on the findings until the ledger has been checked."),
    ),
    AlarmName.MISSED_SLOTS: AlarmText(
        "Runs were missed",
        "runs were missed: {0}",
        AlarmSentence("Runs of {0} were due while no daemon was there; found at {1}."),
        AlarmSentence("The findings are right; what was not done waits for the next run."),
    ),
    AlarmName.OUTBOX: AlarmText(
        "Pushes have not ended",
        "pushes have not ended",
        AlarmSentence("Pushes were begun and have not ended for a long time; found at {1}."),
        AlarmSentence(
            "The findings of those dossiers stay open until it is known what the portal has."
        ),
    ),
    AlarmName.CLOCK: AlarmText(
        "The clock is wrong",
        "the clock is wrong",
        AlarmSentence(
            "The clock of this machine differs by more than a day from the last run, and no system "
            "confirms it; found at {1}."
        ),
        AlarmSentence("What is late, and since when, may be wrong in the findings."),
    ),
    AlarmName.DISK: AlarmText(
        "The disk is nearly full",
        "the disk is nearly full",
        AlarmSentence("The disk of the ledger is nearly full; found at {1}."),
        AlarmSentence("The findings are right; when the disk is full, nothing new is stored."),
    ),
    AlarmName.REPAIR_PAUSED: AlarmText(
        "Repair paused itself",
        "repair paused itself: {0}",
        AlarmSentence("The repair by the policy {0} paused itself at {1}."),
        AlarmSentence("The findings are right; those of this policy wait for a person."),
    ),
}

#: What the alarm of a stream means for the findings: of steps, by name.
STEPS: Mapping[str, AlarmSentence] = {
    "reconcile": AlarmSentence("The findings are as of {1}.", "There are no findings yet."),
    "notify": AlarmSentence(
        "The findings are right; nobody has been told of changes since {1}.",
        "The findings are right; nobody has been told of them yet.",
    ),
    "repair": AlarmSentence(
        "The findings are right; khop has repaired nothing by itself since {1}.",
        "The findings are right; khop has repaired nothing by itself yet.",
    ),
    "backup": AlarmSentence(
        "The findings are right; the last copy of the ledger is of {1}.",
        "The findings are right; there is no copy of the ledger yet.",
    ),
}
_SOURCE = AlarmSentence(
    "The findings know of {0} what it said until {1}.",
    "The findings know nothing of {0} yet.",
)
_OTHER_STEP = AlarmSentence(
    "The findings are as of the last comparison; {0} was last done at {1}.",
    "The findings are as of the last comparison; {0} has not been done yet.",
)

#: What an alarm ended with.
_ENDS: Mapping[str, AlarmSentence] = {
    State.OK: AlarmSentence("{0} runs well again; its last run that ended well was at {1}."),
    State.NEW: AlarmSentence("{0} was resumed; its next run shows whether it is well."),
    GONE: AlarmSentence("{0} is no longer in khop.toml."),
    CLEARED: AlarmSentence("It is over; nothing is left to do."),
}
_STILL = AlarmSentence("still so: {0}")
_OVER = AlarmSentence("over: {0}")
_DETAIL = AlarmSentence("The last error: {0}")
_TODO = AlarmSentence("What to do: {0}, section “{1}”.")

_TEST_TITLE = AlarmSentence("a test of the alarms")
_TEST = AlarmSentence("This is a test: alarms arrive here. Nothing is wrong.")

#: Digits and separators as in codes, after a letter or alone; and whole words, as codes of a
#: province's own shapes may be.
_TOKENS = (re.compile(r"[A-Z]?\d[\w.\-]*\d"), re.compile(r"\w[\w.\-/]*\w"))


@dataclass(frozen=True, slots=True)
class Told:
    """What one message tells. ``opened_us``: since when; ``ok_us``: the last run of the stream that
    ended well; ``is_source``: whether it is about a source of khop.toml."""

    kind: Kind
    about: str
    state: str
    ended: str | None
    detail: str | None
    opened_us: int
    ok_us: int | None
    is_source: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A message in words. ``lines``: one sentence each. ``heading``: in docs/operate.md."""

    title: str
    lines: tuple[str, ...]
    heading: str


def text_of(told: Told, language: Language, codes: CodeGrammar | None = None) -> Text:
    """A message in words of a language. ``codes``: their shapes; khop's own when left out."""
    words = translator(language)
    texts = ALARM_TEXTS[told.state]
    heading = words(texts.heading)
    title = words(texts.title).format(told.about)
    if told.ended is not None:
        return Text(
            words(_OVER.text).format(title), (_said(told, _ENDS[told.ended], words),), heading
        )
    if told.kind is Kind.REMINDER:
        title = words(_STILL.text).format(title)
    step = STEPS.get(told.about, _SOURCE if told.is_source else _OTHER_STEP)
    lines = [_said(told, texts.happened, words), _said(told, texts.findings or step, words)]
    if told.detail:
        detail = words(without_codes(told.detail, codes))
        lines.append(words(_DETAIL.text).format(detail))
    lines.append(words(_TODO.text).format(_PAGES[language], heading))
    return Text(title, tuple(lines), heading)


def trial_text(language: Language) -> Text:
    """What says that it is a test."""
    words = translator(language)
    return Text(words(_TEST_TITLE.text), (words(_TEST.text),), "")


def people_time(us: int) -> str:
    """A time as people in Viet Nam write it."""
    return f"{local_datetime(us):%H:%M %d/%m/%Y}"


def without_codes(text: str, codes: CodeGrammar | None = None) -> str:
    """The text with dossier codes of these shapes struck out; of khop's own when left out."""

    def bare(found: re.Match[str]) -> str:
        return found[0] if parse_code(found[0], codes).grammar is None else "…"

    for token in _TOKENS:
        text = token.sub(bare, text)
    return text


def _said(told: Told, sentence: AlarmSentence, words: _Words) -> str:
    """A sentence with its time: the last run that ended well where it speaks of one, else since
    when it is so."""
    if sentence.never is None and told.ended is None:
        return words(sentence.text).format(told.about, people_time(told.opened_us))
    if told.ok_us is None:
        return words(sentence.never or sentence.text).format(
            told.about, people_time(told.opened_us)
        )
    return words(sentence.text).format(told.about, people_time(told.ok_us))
