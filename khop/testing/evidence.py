"""Contracts of the ports that carry evidence, identity and catalogues."""

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
from khop.loopback import Request, Response
from khop.mappings.records import IdentityVerdict
from khop.testing.bench import MemoryBook
from khop.testing.cases import CatalogueCase, EvidenceCase, FeedCase, IdentityCase
from khop.testing.contract import AdapterContract
from khop.testing.privacy import leaks, texts_of


class EvidenceSourceContract(AdapterContract):
    """A feed of events, read on from a position."""

    port: ClassVar[type[Any] | None] = EvidenceSource

    @property
    def feed(self) -> FeedCase:
        return self.system().case(FeedCase)

    def test_every_event_is_kept(self) -> None:
        page = self._events(self.feed.rows)
        assert (len(page.records), page.rejects) == (len(self.feed.rows), ())
        assert page.position is not None
        self.assert_private(repr(page.records))

    def test_it_goes_on_where_it_stopped(self) -> None:
        with self._serving(self.feed.rows) as made:
            position = made.adapter.events(None).position
            made.adapter.events(position)
        asked = self.feed.asked(made.requests[-1])
        assert asked == position, f"it was asked after {asked}, and had read up to {position}"
        assert asked != self.feed.asked(next(filter(self.feed.is_feed, made.requests)))

    def test_an_empty_feed_is_an_answer_that_moves_nothing(self) -> None:
        page = self._events(())
        assert (page.fetched, page.last, page.position) == (0, True, None)

    def test_a_bad_event_is_set_aside_and_the_feed_goes_on(self) -> None:
        good, bad = self.feed.rows, self.feed.bad_rows
        assert bad, "name events that cannot be used"
        whole = self._events(good)
        for row in bad:
            page = self._events((good[0], row, *good[1:]))
            assert page.records == whole.records
            payloads = [reject.payload for reject in page.rejects]
            assert payloads == [row], "an event that cannot be used must stand in rejects"
            assert page.position == whole.position, "the feed must go on after a bad event"
            for reject in page.rejects:
                self.assert_private(reject.field, reject.reason, repr(reject))

    def test_an_event_set_aside_is_read_again_as_it_was_read_first(self) -> None:
        good, bad = self.feed.rows, self.feed.bad_rows
        with self._serving(good) as made:
            assert tuple(map(made.adapter.replay_event, good)) == made.adapter.events(None).records
            for row in bad:
                with pytest.raises(RecordError) as caught:
                    made.adapter.replay_event(row)
                self.assert_private(*texts_of(caught.value))

    def test_a_feed_that_does_not_move_ends(self) -> None:
        with self._serving(self.feed.rows) as made:
            position = made.adapter.events(None).position
            try:
                page = made.adapter.events(position)
            except ConnectorError:
                return
        ends = page.last or page.position not in (None, position)
        assert ends, "the same page again would be read for ever"

    def _events(self, rows: Sequence[Any]) -> EvidencePage:
        with self._serving(rows) as made:
            page: EvidencePage = made.adapter.events(None)
        return page

    def _serving(self, rows: Sequence[Any]) -> Any:
        stand, case = self.system().stand(), self.feed

        def served(request: Request) -> Response:
            return case.page(rows) if case.is_feed(request) else stand(request)

        return self.bench(served)


class EvidenceLookupContract(AdapterContract):
    """What happened to one dossier, asked for by its code."""

    port: ClassVar[type[Any] | None] = EvidenceLookup

    def test_what_happened_is_found(self) -> None:
        case = self.system().case(EvidenceCase)
        with self.bench() as made:
            found = made.adapter.evidence_of(case.known)
        assert found
        assert {record.code for record in found} == {case.known}
        self.assert_private(repr(found))

    def test_nothing_known_is_an_answer(self) -> None:
        case = self.system().case(EvidenceCase)
        with self.bench() as made:
            assert made.adapter.evidence_of(case.unknown) == ()

    def test_an_unusable_answer_is_not_nothing(self) -> None:
        case = self.system().case(EvidenceCase)
        for said in case.unusable:
            with (
                self.bench(self.saying(said)) as made,
                pytest.raises((ConnectorError, RecordError)) as caught,
            ):
                made.adapter.evidence_of(case.known)
            self.assert_private(*texts_of(caught.value))


class IdentityCheckContract(AdapterContract):
    """A question about a person: never without a purpose, never uncounted, never guessed."""

    port: ClassVar[type[Any] | None] = IdentityCheck

    @property
    def identity(self) -> IdentityCase:
        return self.system().case(IdentityCase)

    def test_a_person_whose_data_belong_together_matches(self) -> None:
        assert self._verdict() is IdentityVerdict.MATCH

    def test_a_person_whose_data_do_not_is_a_mismatch(self) -> None:
        assert self._verdict(self.identity.mismatch) is IdentityVerdict.MISMATCH

    def test_no_verdict_is_made_of_an_answer_without_one(self) -> None:
        for said in self.identity.unanswered:
            try:
                verdict = self._verdict(said)
            except ConnectorError as error:
                self.assert_private(*texts_of(error))
            else:
                assert verdict is IdentityVerdict.UNKNOWN

    def test_each_request_is_counted_before_it_is_made(self) -> None:
        book = MemoryBook()
        with self.bench(book=book) as made:
            self._ask(made.adapter)
            asked = [request for request in made.requests if not self.system().is_login(request)]
        assert len(book.spent) == len(asked), "each request must be counted in the book"
        assert {purpose for _, purpose in book.spent} == {self.identity.purpose}

    def test_without_a_grant_nobody_is_asked(self) -> None:
        with self.bench(book=MemoryBook(closed=True)) as made, pytest.raises(Refused):
            self._ask(made.adapter)
        asked = [request for request in made.requests if not self.system().is_login(request)]
        assert asked == [], "it asked without a grant"

    def test_a_person_who_cannot_be_asked_about_is_not(self) -> None:
        book, case = MemoryBook(), self.identity
        with self.bench(book=book) as made, pytest.raises(RecordError) as caught:
            made.adapter.check_identity(case.unaskable, case.purpose)
        assert (made.requests, book.spent) == ([], [])
        person = (case.unaskable.name, case.unaskable.identity_number)
        assert not leaks(texts_of(caught.value), person), "the person's own data came out"

    def test_a_question_without_a_purpose_is_not_asked(self) -> None:
        case = self.identity
        blank = type(case.purpose)(procedure="", officer=" ")
        with self.bench() as made, pytest.raises(KhopError):
            made.adapter.check_identity(case.applicant, blank)
        assert made.requests == []

    def _verdict(self, said: Response | None = None) -> IdentityVerdict:
        with self.bench(None if said is None else self.saying(said)) as made:
            verdict: IdentityVerdict = self._ask(made.adapter).verdict
        return verdict

    def _ask(self, adapter: Any) -> Any:
        return adapter.check_identity(self.identity.applicant, self.identity.purpose)


class CatalogueSourceContract(AdapterContract):
    """Procedures, units and sectors as a system publishes them."""

    port: ClassVar[type[Any] | None] = CatalogueSource

    @property
    def catalogue(self) -> CatalogueCase:
        return self.system().case(CatalogueCase)

    def test_a_procedure_it_publishes_is_in_its_list(self) -> None:
        with self.bench() as made:
            assert self.catalogue.procedure in made.adapter.procedure_codes()
            entry = made.adapter.procedure_entry(self.catalogue.procedure)
        assert entry is not None
        assert entry.code == self.catalogue.procedure

    def test_a_procedure_it_says_it_has_not_is_none(self) -> None:
        with self.bench() as made:
            assert made.adapter.procedure_entry(self.catalogue.unknown) is None
