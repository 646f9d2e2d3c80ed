"""Strategies for the state machine: what can happen in a province."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from khop.errors import AlreadyExists, OutcomeUnknown, RateLimited, Refused, Unreachable
from khop.mappings.records import PaperRow, Status
from tests.sync.fakes import PAYLOAD, at, record
from tests.sync.papers import reject
from tests.sync.promises import FILE

CODES = [record(number).code for number in range(1, 6)]
ALIAS = "G22.99-261110-000777"
CALL = ("dvcqg", "DongBoHoSoMC")

LOST, LANDED = ("before", OutcomeUnknown(*CALL)), ("after", OutcomeUnknown(*CALL))
SILENT = ("before", Unreachable(*CALL))
FAULTS: dict[str, Sequence[Any]] = {
    "create": ([LOST], [LANDED], [LOST, LANDED], [SILENT], [("another", AlreadyExists(*CALL))]),
    "update": ([LOST], [LANDED], [LOST] * 5, [LOST, SILENT], [("before", Refused(*CALL))]),
    "progress": ([LOST], [LANDED], [SILENT], [("before", Refused(*CALL))]),
    "look_up": ([SILENT], [SILENT, SILENT], [("before", RateLimited(*CALL))]),
}
#: An operation, the code it is called for, and its faults.
faults = st.sampled_from(sorted(FAULTS)).flatmap(
    lambda operation: st.tuples(
        st.just(operation), st.sampled_from(CODES[:4]), st.sampled_from(FAULTS[operation])
    )
)

times = st.sampled_from([None, at(2), at(10), at(16), at(17), at(18), at(25)])
kills = st.none() | st.integers(1, 25)
mischiefs = st.lists(
    st.sampled_from(["honest", "silent", "another", "previous", "short", "disordered", "again"]),
    max_size=3,
)
#: Fields of a dossier that change.
changes = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from([*Status, None]),
        "received_at": times,
        "due_at": times,
        "finished_at": times,
        "aliases": st.sampled_from([(), (), (), (ALIAS,), (CODES[4],)]),
        "code": st.sampled_from(CODES),
        "unit": st.sampled_from(["UBND xã Mẫu", "Sở Mẫu"]),
        "status_raw": st.just("lạ"),
    },
)
paper_codes = st.sampled_from([None, *CODES[:2], ALIAS, "H99.98-261101-0007"])


def rows(make: Callable[..., PaperRow], time: str) -> st.SearchStrategy[list[Any]]:
    """Rows of a file: up to three with keys of their own, and perhaps a bad one."""
    one = st.builds(
        lambda number, code, when: make(number, code=code, **{time: when}),
        st.integers(1, 3),
        paper_codes,
        times,
    )
    many = st.lists(one, max_size=3, unique_by=lambda row: row.row_key)
    rejects: list[list[Any]] = [[replace(reject(FILE, 9), payload=PAYLOAD)], []]
    bad = st.sampled_from(rejects)
    return st.builds(lambda good, worse: [*good, *worse], many, bad)
