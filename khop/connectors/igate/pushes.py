"""iGate's messages about its own pushes to national systems: log, answers and requests
(docs/systems/igate.md). khop only reads them: it never asks iGate to push.

::

    "OK"                            TAKEN     queued; whether it arrives is not reported
    {status: 200, title}            ACCEPTED
    {errors: {field: [text]}}       REFUSED   with the fields that are wrong
    {List_Suss: [], List_ERR: []}   one verdict for each dossier of a batch
    {value: [{trangThai}]}          states of inter-linked dossiers
    {affectedRows}                  rows a write changed
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from khop.connectors.http.answers import Answer, Unusable, read_json
from khop.connectors.http.values import lower_keys, text_of
from khop.connectors.igate.page import read_page
from khop.text.masking import short_text

#: Texts that JavaScript writes for an absent code (docs/systems/igate.md).
_NO_CODE = frozenset({"", "undefined", "null"})
_CODE_KEYS = ("code", "dossiercode", "mahoso", "madinhdanhhoso")


class PushVerdict(Enum):
    """Meaning of an answer to a push. ``TAKEN`` is no acceptance yet (docs/systems/igate.md)."""

    TAKEN = "taken"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """``status``: the status inside the answer. ``title``: its text, masked. ``errors``: the
    fields that the validation refused, with its masked texts."""

    verdict: PushVerdict
    status: int | None = None
    title: str = ""
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PushRequest:
    """A request to push one dossier to the portal. ``nation_code``: "" where it has none.
    ``updating``: False creates, True updates, None where the request has no flag."""

    native_id: str
    code: str
    nation_code: str
    updating: bool | None
    config_id: str = ""
    kind: int | None = None


@dataclass(frozen=True, slots=True)
class PushLogRow:
    """One call of the log. ``code``: the dossier's code in iGate. ``nation_code``: its code on the
    portal. ``state``: the state that was sent. ``linked_number``: the number of the inter-linked
    dossier. ``status``: the status that was answered. ``called_at``: as written."""

    code: str
    nation_code: str
    procedure: str
    state: int | None
    linked_number: str
    status: int | None
    called_at: object
    note: str = field(default="", repr=False)

    @property
    def accepted(self) -> bool | None:
        """Whether the other system accepted the call; None when the log has no status."""
        return None if self.status is None else 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class PushLogPage:
    """``unusable``: raw entries of the page that are no rows."""

    rows: tuple[PushLogRow, ...]
    last: bool
    unusable: tuple[object, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """Codes of the dossiers of a batch that were sent and that failed. ``unusable``: entries
    without a dossier code."""

    sent: tuple[str, ...]
    failed: tuple[str, ...]
    unusable: tuple[object, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class LinkedState:
    """The civil-status exchange's answer about one dossier: its state there, and all fields."""

    state: int | None
    fields: Mapping[str, object] = field(repr=False)


def read_push_answer(answer: Answer) -> PushAnswer:
    """The answer to a push of one dossier. Raises ValueError when it has no verdict."""
    try:
        body = answer.json()
    except ValueError:
        body = answer.text
        if answer.is_markup:
            raise
    if isinstance(body, str):
        return _plain(body)
    if not isinstance(body, Mapping):
        raise Unusable("an answer to a push that is neither an object nor text")
    return _validated(body)


def read_push_request(body: object) -> PushRequest:
    """A request of the staff site to push a dossier. Raises ValueError when it is not a
    push request."""
    dossier = body.get("dossier") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(dossier, Mapping):
        raise Unusable("no request to push a dossier")
    return PushRequest(
        native_id=text_of(dossier.get("id")),
        code=text_of(dossier.get("code")),
        nation_code=_code(dossier.get("nationCode")),
        updating=_flag(dossier.get("updated")),
        config_id=text_of(body.get("configId")),
        kind=_number(body.get("type")),
    )


def read_push_log(body: object) -> PushLogPage:
    """A page of the log, newest or oldest first as the gateway sends it. Raises ValueError."""
    page = read_page(body, 0)
    rows: list[PushLogRow] = []
    unusable: list[object] = []
    for item in page.items:
        row = _log_row(item)
        if row is None:
            unusable.append(item)
        else:
            rows.append(row)
    return PushLogPage(tuple(rows), page.last, tuple(unusable))


def read_batch_answer(body: object) -> BatchAnswer:
    """The verdicts of a batch of civil-status dossiers. Raises ValueError when it has none."""
    keys = lower_keys(body)
    if not keys.keys() & {"list_suss", "list_err"}:
        raise Unusable("a batch answer without its two lists")
    unusable: list[object] = []
    sent = tuple(_batch_codes(keys.get("list_suss"), unusable))
    failed = tuple(_batch_codes(keys.get("list_err"), unusable))
    return BatchAnswer(sent, failed, tuple(unusable))


def read_linked_states(body: object) -> tuple[LinkedState, ...]:
    """The states the civil-status exchange answers with. Raises ValueError."""
    value = body.get("value") if isinstance(body, Mapping) else None
    rows = [value] if isinstance(value, Mapping) else value
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Unusable("an answer without the list `value`")
    return tuple(LinkedState(_number(row.get("trangThai")), row) for row in rows)


def read_affected_rows(body: object) -> int:
    """Number of rows that a write of the gateway changed. Raises ValueError without a count."""
    count = _number(body.get("affectedRows")) if isinstance(body, Mapping) else None
    if count is None:
        raise Unusable("an answer without affectedRows")
    return count


def _plain(text: str) -> PushAnswer:
    title = short_text(text)
    if title.strip(' "').casefold() != "ok":
        raise Unusable("a text that means neither success nor failure")
    return PushAnswer(PushVerdict.TAKEN, title=title)


def _validated(body: Mapping[str, object]) -> PushAnswer:
    errors = dict(_errors(body.get("errors")))
    status, title = _number(body.get("status")), short_text(text_of(body.get("title")))
    if errors or (status is not None and status >= 300):
        return PushAnswer(PushVerdict.REFUSED, status, title, errors)
    if status is None or status < 200:
        raise Unusable("an answer to a push without a status")
    return PushAnswer(PushVerdict.ACCEPTED, status, title)


def _errors(value: object) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, texts in value.items() if isinstance(value, Mapping) else ():
        listed = texts if isinstance(texts, list) else [texts]
        yield str(name)[:80], tuple(short_text(text_of(text)) for text in listed)


def _log_row(item: object) -> PushLogRow | None:
    if not isinstance(item, Mapping):
        return None
    sent, answered = _object(item.get("requestBody")), _object(item.get("responseBody"))
    code, nation_code = text_of(item.get("dossierCode")), _code(sent.get("maHoSo"))
    if not (code or nation_code):
        return None
    return PushLogRow(
        code=code,
        nation_code=nation_code,
        procedure=text_of(sent.get("maTTHC")),
        state=_number(sent.get("trangThai")),
        linked_number=text_of(sent.get("soHoSoLT")),
        status=_number(answered.get("status")),
        called_at=item.get("callTime"),
        note=text_of(sent.get("ghiChu")),
    )


def _object(value: object) -> Mapping[str, object]:
    """The object, which a log keeps as an object or as its JSON text; empty for other values."""
    if isinstance(value, str):
        try:
            value = read_json(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def _batch_codes(value: object, unusable: list[object]) -> Iterator[str]:
    if value is None or value == "":
        return
    for entry in value if isinstance(value, list) else [value]:
        keys = lower_keys(entry)
        named = (text_of(keys.get(key)) for key in _CODE_KEYS)
        code = next(filter(None, named), "") if keys else text_of(entry)
        if code:
            yield code
        else:
            unusable.append(entry)


def _code(value: object) -> str:
    text = text_of(value)
    return "" if text.casefold() in _NO_CODE else text


def _flag(value: object) -> bool | None:
    words = {"true": True, "1": True, "false": False, "0": False}
    return words.get(str(value).strip().casefold())


def _number(value: object) -> int | None:
    text = text_of(value)
    sign, digits = (text[0], text[1:]) if text[:1] in ("-", "+") else ("", text)
    return (
        int(sign + digits) if digits.isascii() and digits.isdigit() and len(digits) < 18 else None
    )
