"""Contracts of the ports for evidence, identity checks and catalogues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from khop.adapters.ports import (
    CatalogueSource,
    EvidenceLookup,
    EvidencePage,
    EvidenceSource,
    IdentityCheck,
)
from khop.errors import ConnectorError, KhopError, RecordError, Refused
from khop.loopback import Response
from khop.mappings.records import IdentityVerdict
from khop.testing.bench import RecordingCallBook
from khop.testing.cases import CatalogueCase, EvidenceCase, FeedCase, IdentityCase
from khop.testing.contract import AdapterContract
from khop.testing.examples import replacing
from khop.testing.privacy import leaks, texts_of


class EvidenceSourceContract(AdapterContract):
    """A feed of events, read from a position on."""

    port: ClassVar[type[Any] | None] = EvidenceSource

    @property
    def feed(self) -> FeedCase:
        return self.system().case(FeedCase)

    def test_every_event_is_kept(self) -> None:
        page = self._events(self.feed.rows)
        assert (len(page.records), page.rejects) == (len(self.feed.rows), ())
        assert page.position is not None
        self.assert_private(repr(page.records))

    def test_reading_continues_after_the_last_position(self) -> None:
        with self._serving(self.feed.rows) as bench:
            position = bench.adapter.events(None).position
            bench.adapter.events(position)
        first, *_, last = map(
            self.feed.requested_position, filter(self.feed.is_feed, bench.requests)
        )
        assert last == position, f"it asked for events after {last}, but had read up to {position}"
        assert last != first

    def test_an_empty_feed_keeps_the_position(self) -> None:
        page = self._events(())
        assert (page.fetched, page.last, page.position) == (0, True, None)

    def test_a_bad_event_is_rejected_and_the_feed_continues(self) -> None:
        good, bad = self.feed.rows, self.feed.bad_rows
        assert bad, "add unusable events to the FeedCase"
        whole = self._events(good)
        for row in bad:
            page = self._events((good[0], row, *good[1:]))
            assert page.records == whole.records
            payloads = [reject.payload for reject in page.rejects]
            assert payloads == [row], "an unusable event must be in rejects"
            assert page.position == whole.position, "the feed must continue after a bad event"
            for reject in page.rejects:
                self.assert_private(reject.field, reject.reason, repr(reject))

    def test_replay_reads_an_event_as_the_feed_did(self) -> None:
        good, bad = self.feed.rows, self.feed.bad_rows
        with self._serving(good) as bench:
            replayed = tuple(map(bench.adapter.replay_event, good))
            assert replayed == bench.adapter.events(None).records
            for row in bad:
                with pytest.raises(RecordError) as caught:
                    bench.adapter.replay_event(row)
                self.assert_private(*texts_of(caught.value))

    def test_a_feed_without_progress_ends(self) -> None:
        with self._serving(self.feed.rows) as bench:
            position = bench.adapter.events(None).position
            try:
                page = bench.adapter.events(position)
            except ConnectorError:
                return
        ends = page.last or page.position not in (None, position)
        assert ends, "the same page would be read again without end"

    def _events(self, rows: Sequence[Any]) -> EvidencePage:
        with self._serving(rows) as bench:
            page: EvidencePage = bench.adapter.events(None)
        return page

    def _serving(self, rows: Sequence[Any]) -> Any:
        case = self.feed
        return self.bench(replacing(self.system().application(), case.page(rows), case.is_feed))


class EvidenceLookupContract(AdapterContract):
    """The events of one dossier, looked up by its code."""

    port: ClassVar[type[Any] | None] = EvidenceLookup

    def test_the_events_of_a_known_code_are_found(self) -> None:
        case = self.system().case(EvidenceCase)
        with self.bench() as bench:
            found = bench.adapter.evidence_of(case.known)
        assert found
        assert {record.code for record in found} == {case.known}
        self.assert_private(repr(found))

    def test_an_unknown_code_has_no_events(self) -> None:
        case = self.system().case(EvidenceCase)
        with self.bench() as bench:
            assert bench.adapter.evidence_of(case.unknown) == ()

    def test_an_unusable_answer_raises(self) -> None:
        case = self.system().case(EvidenceCase)
        for answer in case.unusable:
            with (
                self.bench(self.answering(answer)) as bench,
                pytest.raises((ConnectorError, RecordError)) as caught,
            ):
                bench.adapter.evidence_of(case.known)
            self.assert_private(*texts_of(caught.value))


class IdentityCheckContract(AdapterContract):
    """A check of personal data: it needs a purpose, counts in the quota, and guesses no verdict."""

    port: ClassVar[type[Any] | None] = IdentityCheck

    @property
    def identity(self) -> IdentityCase:
        return self.system().case(IdentityCase)

    def test_consistent_personal_data_match(self) -> None:
        assert self._verdict() is IdentityVerdict.MATCH

    def test_inconsistent_personal_data_are_a_mismatch(self) -> None:
        assert self._verdict(self.identity.mismatch) is IdentityVerdict.MISMATCH

    def test_an_answer_without_a_verdict_is_unknown_or_raises(self) -> None:
        for answer in self.identity.unanswered:
            try:
                verdict = self._verdict(answer)
            except ConnectorError as error:
                self.assert_private(*texts_of(error))
            else:
                assert verdict is IdentityVerdict.UNKNOWN

    def test_each_request_is_counted(self) -> None:
        book = RecordingCallBook()
        with self.bench(book=book) as bench:
            self._check(bench.adapter)
            sent = list(filter(self.is_not_login, bench.requests))
        assert len(book.spent) == len(sent), "each request must be counted in the call book"
        assert {purpose for _, purpose in book.spent} == {self.identity.purpose}

    def test_no_request_is_made_without_quota(self) -> None:
        with self.bench(book=RecordingCallBook(closed=True)) as bench, pytest.raises(Refused):
            self._check(bench.adapter)
        sent = list(filter(self.is_not_login, bench.requests))
        assert sent == [], "a request was sent without quota"

    def test_an_unusable_applicant_is_not_sent(self) -> None:
        book, case = RecordingCallBook(), self.identity
        with self.bench(book=book) as bench, pytest.raises(RecordError) as caught:
            bench.adapter.check_identity(case.invalid_applicant, case.purpose)
        assert (bench.requests, book.spent) == ([], [])
        person = (case.invalid_applicant.name, case.invalid_applicant.identity_number)
        assert not leaks(texts_of(caught.value), person), "the applicant's data came out"

    def test_a_blank_purpose_is_not_sent(self) -> None:
        case = self.identity
        blank = type(case.purpose)(procedure="", officer=" ")
        with self.bench() as bench, pytest.raises(KhopError):
            bench.adapter.check_identity(case.applicant, blank)
        assert bench.requests == []

    def _verdict(self, answer: Response | None = None) -> IdentityVerdict:
        with self.bench(None if answer is None else self.answering(answer)) as bench:
            verdict: IdentityVerdict = self._check(bench.adapter).verdict
        return verdict

    def _check(self, adapter: Any) -> Any:
        return adapter.check_identity(self.identity.applicant, self.identity.purpose)


class CatalogueSourceContract(AdapterContract):
    """The procedures, units and sectors that a system publishes."""

    port: ClassVar[type[Any] | None] = CatalogueSource

    @property
    def catalogue(self) -> CatalogueCase:
        return self.system().case(CatalogueCase)

    def test_a_published_procedure_is_in_the_list(self) -> None:
        with self.bench() as bench:
            assert self.catalogue.procedure in bench.adapter.procedure_codes()
            entry = bench.adapter.procedure_entry(self.catalogue.procedure)
        assert entry is not None
        assert entry.code == self.catalogue.procedure

    def test_an_unknown_procedure_gives_none(self) -> None:
        with self.bench() as bench:
            assert bench.adapter.procedure_entry(self.catalogue.unknown) is None
