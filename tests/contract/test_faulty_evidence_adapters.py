"""Adapters of evidence, persons and catalogues that each break one requirement of the kit, and
the test of the kit that each of them fails."""

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
from tests.contract.mini import read_object
from tests.contract.mini_evidence import EvidenceAdapter, mini_evidence
from tests.contract.run_one_test import assert_fails, run_one_test
from tests.contract.test_mini_evidence import TestMiniEvidence as SoundContract


class SwallowsAnEvent(EvidenceAdapter):
    def events(self, after: str | None) -> EvidencePage:
        return replace(super().events(after), rejects=())


class StopsAtABadEvent(EvidenceAdapter):
    def events(self, after: str | None) -> EvidencePage:
        page = super().events(after)
        return replace(page, position=None if page.rejects else page.position)


class ReadsFromTheStartEachTime(EvidenceAdapter):
    def rows(self, after: str) -> Sequence[Any]:
        return super().rows("0")


class NeverEndsAFeed(EvidenceAdapter):
    def ended(self, rows: Sequence[Any], after: str | None) -> bool:
        return not rows


class MovesOnAnEmptyPage(EvidenceAdapter):
    def position(self, rows: Sequence[Any]) -> str | None:
        return super().position(rows) or "0"


class KeepsPersonalNotes(EvidenceAdapter):
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


class TakesAMismatchForAMatch(EvidenceAdapter):
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


class ChecksInvalidApplicants(EvidenceAdapter):
    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        body = {"number": applicant.identity_number, "name": applicant.name}
        return IdentityAnswer(self.verdict(body, purpose))


class PutsAPersonIntoTheAddress(EvidenceAdapter):
    def verdict(self, body: Any, purpose: Purpose) -> IdentityVerdict:
        self.spend(purpose)
        self.get("/evidence", lambda answer: None, number=body["number"])
        return IdentityVerdict.MATCH


class QuotesTheApplicant(EvidenceAdapter):
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


class RaisesFromItsEvidenceCheck(EvidenceAdapter):
    def check(self) -> Health:
        raise RecordError("check", "is impossible")


_NO_VERDICT = "test_an_answer_without_a_verdict_is_unknown_or_raises"
_COUNTED = "test_each_request_is_counted"
_QUOTA = "test_no_request_is_made_without_quota"
_BAD_EVENT = "test_a_bad_event_is_rejected_and_the_feed_continues"

#: The adapter, a test of the kit that fails on it, the arguments of this test, and its message.
FAULTY: tuple[tuple[type[EvidenceAdapter], str, tuple[str, ...], str], ...] = (
    (SwallowsAnEvent, _BAD_EVENT, (), "must be in rejects"),
    (StopsAtABadEvent, _BAD_EVENT, (), "the feed must continue"),
    (
        ReadsFromTheStartEachTime,
        "test_reading_continues_after_the_last_position",
        (),
        "asked for events after",
    ),
    (NeverEndsAFeed, "test_a_feed_without_progress_ends", (), "without end"),
    (MovesOnAnEmptyPage, "test_an_empty_feed_keeps_the_position", (), "'0'"),
    (KeepsPersonalNotes, "test_every_event_is_kept", (), "came out"),
    (TakesNoAnswerForNothing, "test_an_unusable_answer_raises", (), "DID NOT RAISE"),
    (TakesNoAnswerForNothing, "test_fault", ("evidence_of", "html"), "was wrong"),
    (TakesNoAnswerForNothing, "test_fault", ("evidence_unknown", "http_404"), "untouched"),
    (GuessesAVerdict, _NO_VERDICT, (), "MISMATCH"),
    (TakesNoAnswerForAVerdict, _NO_VERDICT, (), "MISMATCH"),
    (TakesNoAnswerForAVerdict, "test_fault", ("check_identity", "http_500"), "was wrong"),
    (TakesAMismatchForAMatch, "test_inconsistent_personal_data_are_a_mismatch", (), "MATCH"),
    (CountsAfterwards, _QUOTA, (), "sent without quota"),
    (CountsNothing, _COUNTED, (), "counted"),
    (ChecksInvalidApplicants, "test_an_unusable_applicant_is_not_sent", (), "DID NOT RAISE"),
    (ChecksInvalidApplicants, "test_a_blank_purpose_is_not_sent", (), "DID NOT RAISE"),
    (PutsAPersonIntoTheAddress, "test_consistent_personal_data_match", (), "came out"),
    (QuotesTheApplicant, "test_an_unusable_applicant_is_not_sent", (), "came out"),
    (KnowsEveryProcedure, "test_an_unknown_procedure_gives_none", (), "is None"),
    (TakesNoAnswerForAnEmptyList, "test_fault", ("unit_entries", "empty"), "was wrong"),
    (
        RaisesFromItsEvidenceCheck,
        "test_check_reports_a_fault_without_raising",
        ("html",),
        "is impossible",
    ),
)


@pytest.mark.parametrize(("adapter", "test", "arguments", "message"), FAULTY)
def test_a_faulty_adapter_fails_a_test_of_the_kit(
    adapter: type[EvidenceAdapter],
    test: str,
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_fails(SoundContract, mini_evidence(adapter), test, arguments, message, monkeypatch)


@pytest.mark.parametrize(
    ("test", "arguments"), {(test, arguments): None for _, test, arguments, _ in FAULTY}
)
def test_the_sound_adapter_passes_the_same_test(
    test: str, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_one_test(SoundContract, mini_evidence(), test, arguments, monkeypatch)
