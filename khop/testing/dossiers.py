"""Contracts of the ports that carry dossiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest

from khop.adapters.ports import DossierLookup, DossierSink, DossierSource, SourcePage, WindowSource
from khop.errors import AlreadyExists, ConnectorError, KhopError, RecordError, Refused
from khop.loopback import Handler, Request, Response
from khop.mappings.records import DossierRecord
from khop.testing.bench import Bench
from khop.testing.cases import LookupCase, PageWords, SinkCase, SourceCase, WindowCase
from khop.testing.contract import AdapterContract
from khop.testing.privacy import texts_of
from khop.testing.said import instead

#: Ids that would lead a careless address somewhere else.
_LEADING_ELSEWHERE = ("../../admin", "a/b", "a?b=c", "a#b", "", "%2e%2e%2f", "a\r\nb: c")


class DossierSourceContract(AdapterContract):
    """A list read in pages, newest first. The engine sees what a page lacks only when the page
    says truthfully what was asked, what was answered, and how much there is."""

    port: ClassVar[type[Any] | None] = DossierSource

    @property
    def source(self) -> SourceCase:
        return self.system().case(SourceCase)

    def test_a_page_says_what_the_answer_says(self) -> None:
        rows = self.source.rows
        page = self._page(rows[:2], PageWords(0, 2, False, len(rows)))
        assert (page.asked, page.last, page.rejects) == (0, False, ())
        assert self._ids(page) == self._ids_of(rows[:2])
        self._assert_told(page, number=0, size=2, total=len(rows))

    def test_the_last_page_is_told_from_others(self) -> None:
        rows = self.source.rows
        page = self._page(rows[2:3], PageWords(1, 2, True, 3), asked=1)
        assert (page.asked, page.last, page.fetched) == (1, True, 1)
        self._assert_told(page, number=1, size=2, total=3)

    def test_an_empty_list_is_an_answer(self) -> None:
        page = self._page((), PageWords(0, 2, True, 0))
        assert (page.fetched, page.last) == (0, True)
        self._assert_told(page, total=0)

    def test_a_short_page_can_be_seen(self) -> None:
        rows = self.source.rows
        page = self._page(rows[:2], PageWords(0, 3, False, len(rows)))
        assert (page.fetched, page.last) == (2, False), "a short page was taken for the last one"
        self._assert_told(page, size=3, total=len(rows))

    def test_another_page_than_asked_can_be_seen(self) -> None:
        rows = self.source.rows
        page = self._page(rows[:2], PageWords(0, 2, False, len(rows)), asked=1)
        assert page.asked == 1
        assert self._ids(page) == self._ids_of(rows[:2])
        self._assert_told(page, number=0)

    def test_a_row_that_moved_comes_twice(self) -> None:
        rows = self.source.rows
        answers = {
            0: (rows[1:3], PageWords(0, 2, False, len(rows) - 1)),
            1: (rows[2:4], PageWords(1, 2, False, len(rows))),
        }
        with self._listing(lambda number: self.source.page(*answers[number])) as made:
            pages = [made.adapter.page(number) for number in (0, 1)]
        served = [self._ids_of(rows[1:3]), self._ids_of(rows[2:4])]
        assert [self._ids(page) for page in pages] == served, "a page holds all rows served"
        self._assert_told(pages[1], total=len(rows))

    def test_a_bad_row_is_set_aside_and_the_others_are_kept(self) -> None:
        good, bad = self.source.rows, self.source.bad_rows
        assert bad, "name rows that cannot be used"
        for row in bad:
            page = self._page((good[0], row, good[1]), PageWords(0, 3, True, 3))
            assert self._ids(page) == self._ids_of(good[:2])
            payloads = [reject.payload for reject in page.rejects]
            assert payloads == [row], "a row that cannot be used must stand in rejects, as it came"
            self._assert_says_why(page)

    def test_a_page_of_bad_rows_alone_is_a_page(self) -> None:
        bad = self.source.bad_rows
        page = self._page(bad, PageWords(0, len(bad), True, len(bad)))
        assert (len(page.readings), len(page.rejects)) == (0, len(bad))

    def test_a_row_set_aside_is_read_again_as_it_was_read_first(self) -> None:
        good, bad = self.source.rows, self.source.bad_rows
        with self._listing(lambda number: self.source.whole((*good, *bad))) as made:
            page = made.adapter.page(0)
            again = tuple(map(made.adapter.replay, good))
            assert again == page.readings, "replay must read a row as the page did"
            for reject in page.rejects:
                with pytest.raises(RecordError) as caught:
                    made.adapter.replay(reject.payload)
                assert (caught.value.field, caught.value.reason) == (reject.field, reject.reason)
                self.assert_private(*texts_of(caught.value))

    def test_the_same_answer_gives_the_same_records(self) -> None:
        with self._listing(lambda number: self.source.whole(self.source.rows)) as made:
            assert made.adapter.page(0) == made.adapter.page(0)

    def test_the_detail_is_of_the_dossier_asked_for(self) -> None:
        with self.bench() as made:
            reading = made.adapter.detail(self.source.detail)
            full = made.adapter.full(self.source.detail)
        assert reading.record.native_id == full.record.native_id == self.source.detail

    def test_nothing_a_record_keeps_is_personal(self) -> None:
        with self.bench() as made:
            page = made.adapter.page(0)
            reading = made.adapter.detail(self.source.detail)
            full = made.adapter.full(self.source.detail)
        self.assert_private(repr(page), repr(reading), repr(full))

    @pytest.mark.parametrize("native_id", _LEADING_ELSEWHERE)
    def test_an_id_leads_nowhere_else(self, native_id: str) -> None:
        with self.bench() as made:
            made.adapter.detail(self.source.detail)
            path = made.requests[-1].target.replace(self.source.detail, "{id}")
            made.arm(None, lambda request: not self.system().is_login(request))
            with pytest.raises(KhopError):
                made.adapter.detail(native_id)
        assert made.targets == 0, f"{native_id!r} was put into {path}"

    def _page(self, rows: Sequence[Any], words: PageWords, *, asked: int = 0) -> SourcePage:
        with self._listing(lambda number: self.source.page(rows, words)) as made:
            page: SourcePage = made.adapter.page(asked)
        return page

    def _listing(self, answer: Callable[[int], Response]) -> Any:
        return self.bench(listing(self.source, self.system().stand(), answer))

    def _ids(self, page: SourcePage) -> list[str]:
        return [reading.record.native_id for reading in page.readings]

    def _ids_of(self, rows: Sequence[Any]) -> list[str]:
        return [self.source.native_id(row) for row in rows]

    def _assert_told(self, page: SourcePage, **told: int) -> None:
        for name, value in told.items():
            wanted = value if name in self.source.tells else None
            assert getattr(page, name) == wanted, f"the answer said {name} = {wanted}"

    def _assert_says_why(self, page: SourcePage) -> None:
        for reject in page.rejects:
            assert reject.field
            assert reject.reason
            self.assert_private(reject.field, reject.reason, repr(reject))


def listing(case: SourceCase, stand: Handler, answer: Callable[[int], Response]) -> Handler:
    """``stand`` with another list."""

    def listed(request: Request) -> Response:
        number = case.asked(request)
        return stand(request) if number is None else answer(number)

    return listed


class WindowSourceContract(AdapterContract):
    """A list that can be asked for by dates as well."""

    port: ClassVar[type[Any] | None] = WindowSource

    def test_each_window_is_asked_for_by_its_own_dates(self) -> None:
        case = self.system().case(WindowCase)
        with self.bench() as made:
            fields = made.adapter.window_fields
            asked = [self._bounds(case, made, field) for field in fields]
            made.adapter.page(0)
            plain = case.bounds(made.requests[-1])
        assert len({*asked, plain}) == len(fields) + 1, "two windows are asked for alike"

    def test_a_window_is_a_page_like_others(self) -> None:
        case = self.system().case(WindowCase)
        with self.bench() as made:
            window = made.adapter.window_page(
                made.adapter.window_fields[0], case.first, case.last, 0
            )
            assert window == made.adapter.page(0)

    def _bounds(self, case: WindowCase, made: Bench, field: str) -> str:
        made.adapter.window_page(field, case.first, case.last, 0)
        return case.bounds(made.requests[-1])


class DossierLookupContract(AdapterContract):
    """One dossier asked for by its code. "None" is said only when the system said it."""

    port: ClassVar[type[Any] | None] = DossierLookup

    def test_a_dossier_that_is_there_is_found(self) -> None:
        case = self.system().case(LookupCase)
        with self.bench() as made:
            record = made.adapter.look_up(case.known)
        assert isinstance(record, DossierRecord)
        assert record.code == case.known
        self.assert_private(repr(record))

    def test_a_dossier_that_the_system_says_it_has_not_is_none(self) -> None:
        case = self.system().case(LookupCase)
        with self.bench() as made:
            assert made.adapter.look_up(case.unknown) is None

    def test_no_answer_is_no_absence(self) -> None:
        case = self.system().case(LookupCase)
        for said in case.no_answers:
            with self.bench(self.saying(said)) as made, pytest.raises(ConnectorError) as caught:
                made.adapter.look_up(case.known)
            self.assert_private(*texts_of(caught.value))

    def test_a_dossier_that_cannot_be_used_is_no_absence(self) -> None:
        case = self.system().case(LookupCase)
        for said in case.unusable:
            with (
                self.bench(self.saying(said)) as made,
                pytest.raises((ConnectorError, RecordError)) as caught,
            ):
                made.adapter.look_up(case.known)
            self.assert_private(*texts_of(caught.value))


class DossierSinkContract(AdapterContract):
    """Dossiers are sent. Nothing is sent twice unless it surely took no effect."""

    port: ClassVar[type[Any] | None] = DossierSink

    @property
    def sink(self) -> SinkCase:
        return self.system().case(SinkCase)

    def test_problems_are_found_without_a_call(self) -> None:
        with self.bench() as made:
            found = made.adapter.problems(self.sink.dossier.record, self.sink.steps)
        assert made.requests == [], "problems must be found without a call"
        assert found == (), "the case's dossier must be fit to be sent"

    def test_a_create_of_what_is_there_is_told_from_refusals(self) -> None:
        if self.sink.exists is None:
            return
        says = instead(self.system().stand(), self.sink.exists, self.sink.is_write)
        with self.bench(says) as made, pytest.raises(AlreadyExists) as caught:
            made.adapter.create(self.sink.dossier)
        self.assert_private(*texts_of(caught.value))

    @pytest.mark.parametrize("name", ["create", "update", "progress"])
    def test_a_refusal_is_handed_on(self, name: str) -> None:
        operation = self.operation(name)
        with self.bench() as made:
            operation.before(made.adapter)
            made.arm(None, self.sink.is_write)
            made.stand = instead(made.stand, self.sink.refused, self.sink.is_write)
            with pytest.raises(Refused) as caught:
                operation.call(made.adapter)
        assert made.targets <= 2, "a refusal is repeated at most once, with a new login"
        self.assert_private(*texts_of(caught.value))

    def test_the_most_steps_of_one_call_are_told(self) -> None:
        with self.bench() as made:
            assert made.adapter.progress_chunk >= 1

    def test_no_steps_are_no_call(self) -> None:
        with self.bench() as made:
            self.sink.before(made.adapter)
            made.arm(None, self.sink.is_write)
            made.adapter.progress(self.sink.dossier.record.code, ())
        assert made.targets == 0, "no steps must be no call"
