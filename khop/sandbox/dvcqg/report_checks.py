"""What the national portal demands of everything but dossiers and steps: returned states of its
own dossiers, ratings, questions and answers (docs/systems/dvcqg.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from khop.sandbox.dvcqg.checks import Fault
from khop.sandbox.world.portal_dates import read_date

_MONTH = re.compile(r"(?:[1-9]|1[0-2])-\d{4}")
_PERCENT = re.compile(r"(?:\d|[1-9]\d|100)%")
_SHARES = (
    ("PhanTramDanhGiaRatHaiLong", "PhanTramDanhGiaHaiLong", "PhanTramDanhGiaChuaHaiLong"),
    (
        "PhanTramDanhGiaDichVuRatHaiLong",
        "PhanTramDanhGiaDichVuHaiLong",
        "PhanTramDanhGiaDichVuChuaHaiLong",
    ),
)
_RATING_TEXTS = ("DanhSachNoiDungYKien", "MaThuTuc", "NoiDung", "Madonvi", "TenDonVi")
_RETURN_REQUIRED = ("MaHoSo", "MaHoSoDonVi", "NgayXuLy")
#: The only states the portal takes back: in hand, or refused.
_RETURNED_STATES = ("2", "5")
_ANSWER_REQUIRED = ("HOIDAPID", "MADONVI", "NGUOITRALOI", "NGAYTRALOI", "NOIDUNGTRALOI")
_QUESTION_REQUIRED = ("MaLinhVuc", "NOIDUNG", "MADONVI", "TENDONVI")


def return_faults(data: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with the state of a dossier that was filed on the portal."""
    return [
        *_missing(data, _RETURN_REQUIRED),
        *_returned_state(data),
        *_moment(data, "NgayXuLy"),
        *_list(data, "TaiLieuXuLy"),
    ]


def rating_faults(rating: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with one month's ratings."""
    return [
        *_month(rating),
        *_count(rating),
        *(fault for shares in _SHARES for fault in _percents(rating, shares)),
        *(Fault("missing_field", n) for n in _RATING_TEXTS if not isinstance(rating.get(n), str)),
    ]


def answer_faults(answer: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with an answer to a citizen's question."""
    return [*_missing(answer, _ANSWER_REQUIRED), *_day(answer, "NGAYTRALOI")]


def question_faults(question: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a question the province publishes; its id is a number."""
    number = question.get("HOIDAPID")
    typed = isinstance(number, int) and not isinstance(number, bool)
    wrong = [] if typed else [Fault("not_a_number", "HOIDAPID")]
    return [*wrong, *_missing(question, _QUESTION_REQUIRED)]


def _missing(record: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        if record.get(name) in (None, ""):
            yield Fault("missing_field", name)


def _returned_state(data: Mapping[str, Any]) -> Iterator[Fault]:
    if data.get("TrangThai") not in _RETURNED_STATES:
        yield Fault("status_invalid", "TrangThai")


def _moment(data: Mapping[str, Any], name: str) -> Iterator[Fault]:
    try:
        read_date(str(data.get(name) or ""))
    except ValueError:
        yield Fault("bad_date", name)


def _day(data: Mapping[str, Any], name: str) -> Iterator[Fault]:
    text = str(data.get(name) or "")
    try:
        written = datetime.strptime(text, "%d/%m/%Y").strftime("%d/%m/%Y") if text else text
    except ValueError:
        written = None
    if written != text:
        yield Fault("bad_date", name)


def _list(data: Mapping[str, Any], name: str) -> Iterator[Fault]:
    value = data.get(name)
    if value is not None and not isinstance(value, list):
        yield Fault("not_a_list", name)


def _month(rating: Mapping[str, Any]) -> Iterator[Fault]:
    month = rating.get("NgayTongHop")
    if not isinstance(month, str) or not _MONTH.fullmatch(month):
        yield Fault("bad_date", "NgayTongHop")


def _count(rating: Mapping[str, Any]) -> Iterator[Fault]:
    count = rating.get("TongSoNguoiDanhGia")
    if not isinstance(count, int) or isinstance(count, bool):
        yield Fault("not_a_number", "TongSoNguoiDanhGia")


def _percents(rating: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Fault]:
    texts = [rating.get(name) for name in names]
    wrong = [n for n, t in zip(names, texts, strict=True) if not _is_percent(t)]
    yield from (Fault("bad_percent", name) for name in wrong)
    # The third is what the others leave, and zero where both are.
    if not wrong and sum(int(str(text)[:-1]) for text in texts) not in (0, 100):
        yield Fault("bad_percent", names[-1])


def _is_percent(value: object) -> bool:
    return isinstance(value, str) and _PERCENT.fullmatch(value) is not None
