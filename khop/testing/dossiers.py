"""Contracts of the ports for dossiers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest

from khop.adapters.ports import DossierLookup, DossierSink, DossierSource, SourcePage, WindowSource
from khop.errors import AlreadyExists, ConnectorError, KhopError, RecordError, Refused
from khop.loopback import Request, Response
from khop.mappings.records import DossierRecord
from khop.testing.bench import Bench
from khop.testing.cases import LookupCase, PageInfo, SinkCase, SourceCase, WindowCase
from khop.testing.contract import AdapterContract
from khop.testing.examples import replacing
from khop.testing.privacy import texts_of

#: Ids that change the path of an address if they are not checked.
_UNSAFE_IDS = ("../../admin", "a/b", "a?b=c", "a#b", "", "%2e%2e%2f", "a\r\nb: c")


class DossierSourceContract(AdapterContract):
    """A list read in pages, newest first. The engine detects missing rows only if each page reports
    what was asked, what was answered, and how many rows there are."""

    port: ClassVar[type[Any] | None] = DossierSource

    @property
    def source(self) -> SourceCase:
        return self.system().case(SourceCase)

    def test_a_page_reports_what_the_answer_contains(self) -> None:
        rows = self.source.rows
        page = self._page(rows[:2], PageInfo(0, 2, False, len(rows)))
        assert (page.asked, page.last, page.rejects) == (0, False, ())
        assert self._ids(page) == self._ids_of(rows[:2])
        self._assert_reported(page, number=0, size=2, total=len(rows))

    def test_the_last_page_is_marked_as_last(self) -> None:
        rows = self.source.rows
        page = self._page(rows[2:3], PageInfo(1, 2, True, 3), asked=1)
        assert (page.asked, page.last, page.fetched) == (1, True, 1)
        self._assert_reported(page, number=1, size=2, total=3)

    def test_an_empty_list_is_an_empty_last_page(self) -> None:
        page = self._page((), PageInfo(0, 2, True, 0))
        assert (page.fetched, page.last) == (0, True)
        self._assert_reported(page, total=0)

    def test_a_short_page_is_not_taken_for_the_last(self) -> None:
        rows = self.source.rows
        page = self._page(rows[:2], PageInfo(0, 3, False, len(rows)))
        assert (page.fetched, page.last) == (2, False), "a short page was taken for the last one"
        self._assert_reported(page, size=3, total=len(rows))

    def test_a_page_with_another_number_keeps_both_numbers(self) -> None:
        rows = self.source.rows
        page = self._page(rows[:2], PageInfo(0, 2, False, len(rows)), asked=1)
        assert page.asked == 1
        assert self._ids(page) == self._ids_of(rows[:2])
        self._assert_reported(page, number=0)

    def test_a_row_served_on_two_pages_is_returned_twice(self) -> None:
        rows = self.source.rows
        answers = {
            0: (rows[1:3], PageInfo(0, 2, False, len(rows) - 1)),
            1: (rows[2:4], PageInfo(1, 2, False, len(rows))),
        }
        with self._listing(lambda number: self.source.page(*answers[number])) as bench:
            pages = [bench.adapter.page(number) for number in (0, 1)]
        served = [self._ids_of(rows[1:3]), self._ids_of(rows[2:4])]
        assert [self._ids(page) for page in pages] == served, "a page must hold all rows served"
        self._assert_reported(pages[1], total=len(rows))

    def test_a_bad_row_is_rejected_and_the_others_are_kept(self) -> None:
        good, bad = self.source.rows, self.source.bad_rows
        assert bad, "add unusable rows to the SourceCase"
        for row in bad:
            page = self._page((good[0], row, good[1]), PageInfo(0, 3, True, 3))
            assert self._ids(page) == self._ids_of(good[:2])
            payloads = [reject.payload for reject in page.rejects]
            assert payloads == [row], "an unusable row must be in rejects, unchanged"
            self._assert_has_reason(page)

    def test_a_page_of_bad_rows_has_rejects_only(self) -> None:
        bad = self.source.bad_rows
        page = self._page(bad, PageInfo(0, len(bad), True, len(bad)))
        assert (len(page.readings), len(page.rejects)) == (0, len(bad))

    def test_replay_reads_a_row_as_the_page_did(self) -> None:
        good, bad = self.source.rows, self.source.bad_rows
        with self._listing(lambda number: self.source.complete_list((*good, *bad))) as bench:
            page = bench.adapter.page(0)
            again = tuple(map(bench.adapter.replay, good))
            assert again == page.readings, "replay must read a row as the page did"
            for reject in page.rejects:
                with pytest.raises(RecordError) as caught:
                    bench.adapter.replay(reject.payload)
                assert (caught.value.field, caught.value.reason) == (reject.field, reject.reason)
                self.assert_private(*texts_of(caught.value))

    def test_the_same_answer_gives_the_same_records(self) -> None:
        with self._listing(lambda number: self.source.complete_list(self.source.rows)) as bench:
            assert bench.adapter.page(0) == bench.adapter.page(0)

    def test_the_detail_is_of_the_dossier_asked_for(self) -> None:
        with self.bench() as bench:
            reading = bench.adapter.detail(self.source.detail)
            full = bench.adapter.full(self.source.detail)
        assert reading.record.native_id == full.record.native_id == self.source.detail

    def test_records_hold_no_personal_data(self) -> None:
        with self.bench() as bench:
            page = bench.adapter.page(0)
            reading = bench.adapter.detail(self.source.detail)
            full = bench.adapter.full(self.source.detail)
        self.assert_private(repr(page), repr(reading), repr(full))

    @pytest.mark.parametrize("native_id", _UNSAFE_IDS)
    def test_an_unsafe_id_is_not_put_into_the_address(self, native_id: str) -> None:
        with self.bench() as bench:
            bench.adapter.detail(self.source.detail)
            path = bench.requests[-1].target.replace(self.source.detail, "{id}")
            bench.watch(self.is_not_login)
            with pytest.raises(KhopError):
                bench.adapter.detail(native_id)
        assert bench.targets == 0, f"{native_id!r} was put into {path}"

    def _page(self, rows: Sequence[Any], info: PageInfo, *, asked: int = 0) -> SourcePage:
        with self._listing(lambda number: self.source.page(rows, info)) as bench:
            page: SourcePage = bench.adapter.page(asked)
        return page

    def _listing(self, answer: Callable[[int], Response]) -> Any:
        application = self.system().application()

        def handler(request: Request) -> Response:
            number = self.source.requested_page(request)
            return application(request) if number is None else answer(number)

        return self.bench(handler)

    def _ids(self, page: SourcePage) -> list[str]:
        return [reading.record.native_id for reading in page.readings]

    def _ids_of(self, rows: Sequence[Any]) -> list[str]:
        return [self.source.native_id(row) for row in rows]

    def _assert_reported(self, page: SourcePage, **reported: int) -> None:
        for name, value in reported.items():
            wanted = value if name in self.source.reports else None
            assert getattr(page, name) == wanted, f"the answer has {name} = {wanted}"

    def _assert_has_reason(self, page: SourcePage) -> None:
        for reject in page.rejects:
            assert reject.field
            assert reject.reason
            self.assert_private(reject.field, reject.reason, repr(reject))


class WindowSourceContract(AdapterContract):
    """A list that can be read by dates as well."""

    port: ClassVar[type[Any] | None] = WindowSource

    def test_each_window_field_is_requested_differently(self) -> None:
        case = self.system().case(WindowCase)
        with self.bench() as bench:
            fields = bench.adapter.window_fields
            asked = [self._bounds(case, bench, field) for field in fields]
            bench.adapter.page(0)
            plain = case.bounds(bench.requests[-1])
        assert len({*asked, plain}) == len(fields) + 1, "two window fields give the same request"

    def test_a_window_page_equals_a_list_page(self) -> None:
        case = self.system().case(WindowCase)
        with self.bench() as bench:
            window = bench.adapter.window_page(
                bench.adapter.window_fields[0], case.first, case.last, 0
            )
            assert window == bench.adapter.page(0)

    def _bounds(self, case: WindowCase, bench: Bench, field: str) -> str:
        bench.adapter.window_page(field, case.first, case.last, 0)
        return case.bounds(bench.requests[-1])


class DossierLookupContract(AdapterContract):
    """A look-up by code. The result is None only if the system answered that it has no such
    dossier."""

    port: ClassVar[type[Any] | None] = DossierLookup

    def test_a_known_code_is_found(self) -> None:
        case = self.system().case(LookupCase)
        with self.bench() as bench:
            record = bench.adapter.look_up(case.known)
        assert isinstance(record, DossierRecord)
        assert record.code == case.known
        self.assert_private(repr(record))

    def test_an_unknown_code_gives_none(self) -> None:
        case = self.system().case(LookupCase)
        with self.bench() as bench:
            assert bench.adapter.look_up(case.unknown) is None

    def test_an_answer_without_a_result_raises(self) -> None:
        case = self.system().case(LookupCase)
        for answer in case.unanswered:
            with (
                self.bench(self.answering(answer)) as bench,
                pytest.raises(ConnectorError) as caught,
            ):
                bench.adapter.look_up(case.known)
            self.assert_private(*texts_of(caught.value))

    def test_an_unusable_dossier_raises(self) -> None:
        case = self.system().case(LookupCase)
        for answer in case.unusable:
            with (
                self.bench(self.answering(answer)) as bench,
                pytest.raises((ConnectorError, RecordError)) as caught,
            ):
                bench.adapter.look_up(case.known)
            self.assert_private(*texts_of(caught.value))


class DossierSinkContract(AdapterContract):
    """Dossiers are sent. A request is repeated only if it certainly took no effect."""

    port: ClassVar[type[Any] | None] = DossierSink

    @property
    def sink(self) -> SinkCase:
        return self.system().case(SinkCase)

    def test_problems_makes_no_call(self) -> None:
        with self.bench() as bench:
            found = bench.adapter.problems(self.sink.dossier.record, self.sink.steps)
        assert bench.requests == [], "problems() must make no call"
        assert found == (), "the dossier of the SinkCase must have no problems"

    def test_creating_an_existing_dossier_raises_already_exists(self) -> None:
        if self.sink.exists is None:
            return
        handler = replacing(self.system().application(), self.sink.exists, self.sink.is_write)
        with self.bench(handler) as bench, pytest.raises(AlreadyExists) as caught:
            bench.adapter.create(self.sink.dossier)
        self.assert_private(*texts_of(caught.value))

    @pytest.mark.parametrize("name", ["create", "update", "progress"])
    def test_a_refusal_is_raised_as_refused(self, name: str) -> None:
        operation = self.operation(name)
        with self.bench() as bench:
            operation.prepare(bench.adapter)
            bench.watch(self.sink.is_write)
            bench.handler = replacing(bench.handler, self.sink.refused, self.sink.is_write)
            with pytest.raises(Refused) as caught:
                operation.call(bench.adapter)
        assert bench.targets <= 2, "a refusal is repeated at most once, with a new login"
        self.assert_private(*texts_of(caught.value))

    def test_progress_chunk_is_positive(self) -> None:
        with self.bench() as bench:
            assert bench.adapter.progress_chunk >= 1

    def test_progress_without_steps_makes_no_call(self) -> None:
        with self.bench() as bench:
            self.sink.prepare(bench.adapter)
            bench.watch(self.sink.is_write)
            bench.adapter.progress(self.sink.dossier.record.code, ())
        assert bench.targets == 0, "progress() without steps must make no call"
