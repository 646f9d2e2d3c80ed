"""Ratings, questions and feedback of citizens, read from and written to the portal.

``rating_rows``      a month's votes -> DongBoDanhGia (docs/systems/dvcqg.md)
``read_questions``   rows of a question list -> questions
``read_answers``     rows of LayNoiDungTraLoiTheoCauHoi -> answers
``question_row``     a question -> DongBoHoiDap
``answer_row``       an answer -> DongBoKetQuaHoiDapGuiTuDVCQG
``FeedbackReader``   rows of DanhSachPAKNChoXuLy -> feedback, by configured names
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from khop.errors import ConfigError, RecordError
from khop.mappings.dvcqg.catalogue import plain, upper_keys
from khop.mappings.records import Instant, Reject
from khop.mappings.time.parsing import parse_wire_time

#: Numbers of an answer that mean there is none yet.
_NO_ANSWER = frozenset({"", "0"})
_FEEDBACK_TEXTS = ("id", "title", "text", "sender", "unit", "status")
_FEEDBACK_FIELDS = (*_FEEDBACK_TEXTS, "sent_at")


@dataclass(frozen=True, slots=True)
class Votes:
    """How many people chose each answer of a question."""

    very_satisfied: int
    satisfied: int
    dissatisfied: int

    @property
    def total(self) -> int:
        return self.very_satisfied + self.satisfied + self.dissatisfied

    def percentages(self) -> tuple[str, str, str]:
        """Whole percentages such as ``"45%"`` that add up to 100; the greatest remainders are
        rounded up. Raises RecordError when there are no votes, or a count is negative."""
        counts = (self.very_satisfied, self.satisfied, self.dissatisfied)
        if self.total <= 0 or min(counts) < 0:
            raise RecordError(
                "TongSoNguoiDanhGia", "there are no votes, so there are no percentages"
            )
        whole = [100 * count // self.total for count in counts]
        remainders = sorted(range(3), key=lambda place: -(100 * counts[place] % self.total))
        for place in remainders[: 100 - sum(whole)]:
            whole[place] += 1
        first, second, third = (f"{share}%" for share in whole)
        return first, second, third


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a citizen. ``id`` is the portal's. ``answer_id`` and ``answer`` are "" without
    an answer. ``asker``: personal data of the citizen, never shown."""

    id: str
    text: str = field(repr=False)
    sector: str = ""
    unit_code: str = ""
    unit: str = ""
    procedure: str = ""
    state: str = ""
    answer_id: str = ""
    answer: str = field(default="", repr=False)
    asker: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback (phản ánh, kiến nghị) that waits for an answer. A field is None where the settings
    or the row do not have it; ``raw`` is the row unchanged."""

    raw: Mapping[str, object] = field(repr=False)
    id: str | None = None
    title: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    sender: str | None = field(default=None, repr=False)
    sent_at: Instant | None = None
    unit: str | None = None
    status: str | None = None
    fields_lost: tuple[str, ...] = ()


def rating_rows(
    month: date,
    question: str,
    votes: Votes,
    *,
    madonvi: str,
    unit: str,
    service_votes: Votes | None = None,
    procedure: str = "",
) -> list[dict[str, Any]]:
    """The ratings of one question in a month, for DongBoDanhGia; empty without votes.

    ``service_votes``: the votes about the service; their percentages are "" where nobody asked.
    """
    if votes.total == 0:
        return []
    very, fairly, not_at_all = votes.percentages()
    service = service_votes.percentages() if service_votes else ("", "", "")
    return [
        {
            "NgayTongHop": f"{month.month}-{month.year}",
            "TongSoNguoiDanhGia": votes.total,
            "PhanTramDanhGiaRatHaiLong": very,
            "PhanTramDanhGiaHaiLong": fairly,
            "PhanTramDanhGiaChuaHaiLong": not_at_all,
            "DanhSachNoiDungYKien": "",
            "MaThuTuc": procedure,
            "NoiDung": question,
            "PhanTramDanhGiaDichVuRatHaiLong": service[0],
            "PhanTramDanhGiaDichVuHaiLong": service[1],
            "PhanTramDanhGiaDichVuChuaHaiLong": service[2],
            "Madonvi": madonvi,
            "TenDonVi": unit,
        }
    ]


def read_questions(rows: Iterable[object]) -> tuple[tuple[Question, ...], tuple[Reject, ...]]:
    """The questions, and the rows without a number, which cannot be answered."""
    questions: list[Question] = []
    rejects: list[Reject] = []
    for row in rows:
        try:
            questions.append(_question(row))
        except RecordError as error:
            rejects.append(Reject(error.field, error.reason, payload=row))
    return tuple(questions), tuple(rejects)


def read_answers(rows: Iterable[object]) -> tuple[QuestionAnswer, ...]:
    """The answers to one question. Raises RecordError for a row that is no object."""
    fields = map(_fields, rows)
    return tuple(QuestionAnswer(_answer_id(f), plain(f.get("NOIDUNGTRALOI"))) for f in fields)


def question_row(
    id: int, sector: str, text: str, *, madonvi: str, unit: str
) -> dict[str, str | int]:
    """A question for DongBoHoiDap; ``id`` is a number of the province's own."""
    return {
        "HOIDAPID": id,
        "MaLinhVuc": sector,
        "NOIDUNG": text,
        "MADONVI": madonvi,
        "TENDONVI": unit,
    }


def answer_row(
    question: str, text: str, day: date, *, madonvi: str, officer: str, title: str
) -> dict[str, str]:
    """An answer to a question of the portal; the day is written as dd/MM/yyyy."""
    if not question or not text.strip():
        raise RecordError("NOIDUNGTRALOI", "an answer needs a question and a text")
    return {
        "HOIDAPID": question,
        "MADONVI": madonvi,
        "NGUOITRALOI": officer,
        "CHUCVUNGUOITRALOI": title,
        "NGAYTRALOI": day.strftime("%d/%m/%Y"),
        "NOIDUNGTRALOI": text,
    }


class FeedbackReader:
    """Reads feedback by ``names``: field of ``Feedback`` -> the portal's, which is not published.

    Raises ConfigError for an unknown field.
    """

    def __init__(self, names: Mapping[str, str], *, key: str = "feedback_fields") -> None:
        for name in names:
            if name not in _FEEDBACK_FIELDS:
                known = ", ".join(_FEEDBACK_FIELDS)
                raise ConfigError(f"is none of {known}", key=f"{key}.{name}")
        self._names = {ours: theirs.strip().upper() for ours, theirs in names.items()}

    def read(self, rows: Sequence[object]) -> tuple[Feedback, ...]:
        """All rows, in their order. Raises RecordError for a row that is no object."""
        return tuple(map(self._row, rows))

    def _row(self, row: object) -> Feedback:
        fields, lost = _fields(row), list[str]()
        texts = {ours: self._text(ours, fields, lost) for ours in _FEEDBACK_TEXTS}
        sent_at = self._sent_at(fields, lost)
        assert isinstance(row, Mapping)
        return Feedback(raw=row, sent_at=sent_at, fields_lost=tuple(lost), **texts)

    def _text(self, ours: str, fields: Mapping[str, object], lost: list[str]) -> str | None:
        name = self._names.get(ours, "")
        value = fields.get(name)
        text = plain(value)
        if not text and value not in (None, ""):
            lost.append(name)
        return text or None

    def _sent_at(self, fields: Mapping[str, object], lost: list[str]) -> Instant | None:
        name = self._names.get("sent_at", "")
        try:
            return parse_wire_time(self._text("sent_at", fields, lost), name)
        except RecordError:
            lost.append(name)
            return None


def _question(row: object) -> Question:
    fields = _fields(row)
    number = plain(fields.get("HOIDAPID"))
    if not number:
        raise RecordError("HOIDAPID", "is missing")
    asker = ("HOVATEN", "DIACHI", "THUDIENTU", "SODIENTHOAI")
    return Question(
        id=number,
        text=plain(fields.get("NOIDUNG")),
        sector=plain(fields.get("MALINHVUC")),
        unit_code=plain(fields.get("MADONVI")),
        unit=plain(fields.get("TENDONVI")),
        procedure=plain(fields.get("MATTHCDP")),
        state=plain(fields.get("TRANGTHAI")),
        answer_id=_answer_id(fields),
        answer=plain(fields.get("NOIDUNGTRALOI")),
        asker={name: text for name in asker if (text := plain(fields.get(name)))},
    )


def _answer_id(fields: Mapping[str, object]) -> str:
    number = plain(fields.get("TRALOIID"))
    return "" if number in _NO_ANSWER else number


def _fields(row: object) -> dict[str, object]:
    if not isinstance(row, Mapping):
        raise RecordError("item", "is not an object")
    return upper_keys(row)
