"""Both languages have the same sentences, and every name that is shown has one."""

from __future__ import annotations

import string

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.audit.rules import rule_words
from khop.audit.words import report_words
from khop.cli.commands.show import SKIPPED
from khop.mappings.records import Channel, Presence, Status, StatusKind
from khop.sync.findings.decision_texts import SENTENCES
from khop.sync.ledger.outbox import PushState, StepState
from khop.sync.ledger.schema import outbox, paper_row, presence, source_record, status_record
from khop.sync.reconciling.rules import RULES
from khop.sync.results import FindingState
from khop.text.words import Words
from tools.sentences import untranslated


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("package", "folder"),
    [("khop.audit", "sentences"), ("khop.audit", "todo"), ("khop.cli", "messages")],
)
def test_both_languages_have_the_same_keys_and_the_same_placeholders(
    package: str, folder: str
) -> None:
    vi, en = (Words.load(package, folder, lang) for lang in ("vi", "en"))
    assert vi.all_keys() == en.all_keys()
    assert {k: _placeholders(vi(k)) for k in vi.all_keys()} == {
        k: _placeholders(en(k)) for k in en.all_keys()
    }


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_state_channel_presence_and_actor_of_a_rule_has_a_name(lang: str) -> None:
    words = report_words(lang)
    needed = {f"status.{status.value}" for status in Status}
    needed |= {f"channel.{channel.value}" for channel in Channel}
    needed |= {f"presence.{presence.value}" for presence in Presence}
    needed |= {f"acts.{rule.acts}" for rule in RULES.values()}
    needed |= {f"severity.{rule.severity}" for rule in RULES.values()}
    assert needed - words.all_keys() == set()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_column_that_a_rule_shows_has_a_label(lang: str) -> None:
    words = report_words(lang)
    shown = {column.partition("_") for rule in RULES.values() for column in rule.shows}
    needed = {f"side.{side}" for side, _, _ in shown} | {f"field.{rest}" for _, _, rest in shown}
    assert needed - words.all_keys() == set()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_state_and_event_of_a_finding_and_every_kind_of_evidence_has_a_name(
    lang: str,
) -> None:
    words = report_words(lang)
    needed = {f"state.{state}" for state in FindingState}
    needed |= {f"kind.{kind}" for kind in StatusKind}
    needed |= {f"kind.{kind}" for kind in ("record", "look_up", "logbook_row", "register_row")}
    needed |= {"kind.postal_order"}
    needed |= {f"field.{name}" for name in ("source", "file", "sheet", "row", "item", "checked")}
    needed |= {f"field.{name}" for name in ("to", "until", "text", "reason")}
    happens = ("open", "resolve", "reopen", "exclusion_end")
    decided = ("assign", "explain", "exclude", "take_back")
    needed |= {f"event.{name}" for name in (*happens, *decided)}
    assert needed - words.all_keys() == set()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_state_of_a_push_and_of_a_step_and_every_role_has_a_name(lang: str) -> None:
    words = report_words(lang)
    needed = {f"state.{state}" for state in (*PushState, *StepState)}
    needed |= {f"role.{role}" for role in Role}
    assert needed - words.all_keys() == set()


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("table", [source_record, presence, status_record, paper_row, outbox])
def test_every_column_that_khop_show_prints_has_a_label(lang: str, table: sa.Table) -> None:
    words = report_words(lang)
    kept = {c.name for c in table.columns if not c.name.endswith(("_key", "_by", "_day"))} - SKIPPED
    labels = {f"field.{name.removesuffix('_us')}" for name in kept}
    assert labels - words.all_keys() == set()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_refusal_of_a_decision_has_a_sentence_with_its_placeholders(lang: str) -> None:
    words = Words.load("khop.cli", "messages", lang)
    keys = {key for key in words.all_keys() if key.startswith("refused.")}
    assert keys == {f"refused.{reason}" for reason in SENTENCES}
    for reason, sentence in SENTENCES.items():
        assert _placeholders(words(f"refused.{reason}")) == _placeholders(sentence)


def test_rules_have_names_and_explanations_in_both_languages() -> None:
    vi, en = rule_words("vi"), rule_words("en")
    assert list(vi) == list(en) == list(RULES)
    assert all(vi[rule].name != en[rule].name for rule in RULES)
    assert all(vi[rule].meaning and en[rule].meaning for rule in RULES)


def test_every_sentence_of_the_library_is_translated() -> None:
    missing = {text: path.name for text, path in untranslated("vi").items()}
    assert missing == {}, "python -m tools.sentences prints the lines to add"
