"""The kit fails when it should: feeds, checks of persons and catalogues with one sin each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from khop.adapters.ports import EvidencePage, Health, IdentityAnswer, Purpose
from khop.connectors.http.answers import Answer
from khop.errors import ConnectorError, RecordError
from khop.mappings.catalogue_records import CatalogueItem, ProcedureEntry
from khop.mappings.records import Applicant, IdentityVerdict, StatusRecord
from tests.contract.judging import assert_found, tried
from tests.contract.mini import read_object
from tests.contract.mini_evidence import EvidenceAdapter, mini_evidence
from tests.contract.test_mini_evidence import TestMiniEvidence as HonestContract


class SwallowsAnEvent(EvidenceAdapter):
    def events(self, after: str | None) -> EvidencePage:
        return replace(super().events(after), rejects=())


class StopsAtABadEvent(EvidenceAdapter):
    def events(self, after: str | None) -> EvidencePage:
        page = super().events(after)
        return replace(page, position=None if page.rejects else page.position)


class BeginsAnewEachTime(EvidenceAdapter):
    def rows(self, after: str) -> Sequence[Any]:
        return super().rows("0")


class TurnsInACircle(EvidenceAdapter):
    def ended(self, rows: Sequence[Any], after: str | None) -> bool:
        return not rows


class MovesOnAnEmptyPage(EvidenceAdapter):
    def position(self, rows: Sequence[Any]) -> str | None:
        return super().position(rows) or "0"


class KeepsTheNotes(EvidenceAdapter):
    def replay_event(self, payload: object) -> StatusRecord:
        record = super().replay_event(payload)
        return replace(record, status_raw=str(payload))


class TakesNoAnswerForNothing(EvidenceAdapter):
    def evidence_of(self, code: str) -> tuple[StatusRecord, ...]:
        try:
            return super().evidence_of(code)
        except (ConnectorError, RecordError):
            return ()


class GuessesAVerdict(EvidenceAdapter):
    def read_verdict(self, answer: Answer) -> IdentityVerdict:
        same = read_object("same")(answer)["same"]
        return IdentityVerdict.MATCH if same else IdentityVerdict.MISMATCH


class TakesNoAnswerForAVerdict(EvidenceAdapter):
    def verdict(self, body: object, purpose: Purpose) -> IdentityVerdict:
        try:
            return super().verdict(body, purpose)
        except ConnectorError:
            return IdentityVerdict.MISMATCH


class TakesANoForAYes(EvidenceAdapter):
    def read_verdict(self, answer: Answer) -> IdentityVerdict:
        super().read_verdict(answer)
        return IdentityVerdict.MATCH


class CountsAfterwards(EvidenceAdapter):
    def verdict(self, body: object, purpose: Purpose) -> IdentityVerdict:
        url = f"{self.settings.base_url}/person"
        found = self.transport.exchange("person", "POST", url, self.read_verdict, json=body)
        self.spend(purpose)
        return found


class CountsNothing(EvidenceAdapter):
    def spend(self, purpose: Purpose) -> None:
        return


class AsksAboutAnybody(EvidenceAdapter):
    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        body = {"number": applicant.identity_number, "name": applicant.name}
        return IdentityAnswer(self.verdict(body, purpose))


class AsksInTheAddress(EvidenceAdapter):
    def verdict(self, body: Any, purpose: Purpose) -> IdentityVerdict:
        self.spend(purpose)
        self.get("/evidence", lambda answer: None, number=body["number"])
        return IdentityVerdict.MATCH


class QuotesAPerson(EvidenceAdapter):
    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        try:
            return super().check_identity(applicant, purpose)
        except RecordError as problem:
            raise RecordError(problem.field, f"{applicant.identity_number} is none") from None


class KnowsEveryProcedure(EvidenceAdapter):
    def procedure_entry(self, code: str) -> ProcedureEntry | None:
        return ProcedureEntry(code=code, name="")


class TakesNoAnswerForAnEmptyList(EvidenceAdapter):
    def items(self, path: str) -> tuple[CatalogueItem, ...]:
        try:
            return super().items(path)
        except ConnectorError:
            return ()


class AsksAboutAPersonToCheck(EvidenceAdapter):
    def check(self) -> Health:
        raise RecordError("check", "asks nobody")


_ANSWER = "test_no_verdict_is_made_of_an_answer_without_one"
_COUNTED = "test_each_request_is_counted_before_it_is_made"
_GRANTED = "test_without_a_grant_nobody_is_asked"
_BAD_EVENT = "test_a_bad_event_is_set_aside_and_the_feed_goes_on"

#: The sin, a test that finds it with what it is tried with, and what the test says of it.
SINS: tuple[tuple[type[EvidenceAdapter], str, tuple[str, ...], str], ...] = (
    (SwallowsAnEvent, _BAD_EVENT, (), "must stand in rejects"),
    (StopsAtABadEvent, _BAD_EVENT, (), "the feed must go on"),
    (BeginsAnewEachTime, "test_it_goes_on_where_it_stopped", (), "asked after"),
    (TurnsInACircle, "test_a_feed_that_does_not_move_ends", (), "would be read for ever"),
    (MovesOnAnEmptyPage, "test_an_empty_feed_is_an_answer_that_moves_nothing", (), "'0'"),
    (KeepsTheNotes, "test_every_event_is_kept", (), "came out"),
    (TakesNoAnswerForNothing, "test_an_unusable_answer_is_not_nothing", (), "DID NOT RAISE"),
    (TakesNoAnswerForNothing, "test_fault", ("evidence_of", "html"), "was wrong"),
    (TakesNoAnswerForNothing, "test_fault", ("evidence_unknown", "http_404"), "untouched"),
    (GuessesAVerdict, _ANSWER, (), "MISMATCH"),
    (TakesNoAnswerForAVerdict, _ANSWER, (), "MISMATCH"),
    (TakesNoAnswerForAVerdict, "test_fault", ("check_identity", "http_500"), "was wrong"),
    (TakesANoForAYes, "test_a_person_whose_data_do_not_is_a_mismatch", (), "MATCH"),
    (CountsAfterwards, _GRANTED, (), "asked without a grant"),
    (CountsNothing, _COUNTED, (), "counted"),
    (AsksAboutAnybody, "test_a_person_who_cannot_be_asked_about_is_not", (), "DID NOT RAISE"),
    (AsksAboutAnybody, "test_a_question_without_a_purpose_is_not_asked", (), "DID NOT RAISE"),
    (AsksInTheAddress, "test_a_person_whose_data_belong_together_matches", (), "came out"),
    (QuotesAPerson, "test_a_person_who_cannot_be_asked_about_is_not", (), "came out"),
    (KnowsEveryProcedure, "test_a_procedure_it_says_it_has_not_is_none", (), "is None"),
    (TakesNoAnswerForAnEmptyList, "test_fault", ("unit_entries", "empty"), "was wrong"),
    (AsksAboutAPersonToCheck, "test_check_tells_and_does_not_raise", ("html",), "asks nobody"),
)


@pytest.mark.parametrize(("sin", "test", "arguments", "says"), SINS)
def test_a_sin_is_found(
    sin: type[EvidenceAdapter],
    test: str,
    arguments: tuple[str, ...],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_found(HonestContract, mini_evidence(sin), test, arguments, says, monkeypatch)


@pytest.mark.parametrize(
    ("test", "arguments"), {(test, arguments): None for _, test, arguments, _ in SINS}
)
def test_the_honest_adapter_passes_what_finds_a_sin(
    test: str, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(HonestContract, mini_evidence(), test, arguments, monkeypatch)
