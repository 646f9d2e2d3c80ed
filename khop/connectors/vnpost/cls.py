"""The Hanoi post's "CLS": the office announces that a result is ready (docs/systems/vnpost.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from khop.connectors.answer_remarks import Remarks
from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Answer, Unusable, json_within
from khop.connectors.http.checks import http_address
from khop.connectors.http.transport import Transport
from khop.connectors.http.values import lower_keys
from khop.connectors.vnpost.wire import ClsNotice


@dataclass(frozen=True, slots=True)
class ClsAccount:
    """``url``: the whole address. ``password`` is asked for at each call and not kept."""

    url: str
    username: str
    password: Callable[[], str] = field(repr=False)


def send_cls_notice(
    transport: Transport,
    account: ClsAccount,
    notice: ClsNotice,
    words: AnswerWords | None = None,
) -> None:
    """Send one notice.

    The form of the answer is not published: a 2xx that is no web page counts as accepted, unless
    it has a message that does not say success.
    Raises OutcomeUnknown, Refused, other ConnectorErrors; ConfigError for a wrong address.
    """
    url = http_address(transport.system, "cls.url", account.url)
    password = account.password()
    transport.exchange(
        "cls",
        "POST",
        url,
        lambda answer: _check(answer, words or AnswerWords()),
        basic=(account.username, password),
        json={"username": account.username, "password": password, **notice.message()},
        write=True,
    )


def _check(answer: Answer, words: AnswerWords) -> None:
    if answer.is_markup:
        raise Unusable("a web page in place of an answer")
    try:
        fields = lower_keys(json_within(answer.json()))
    except ValueError:
        fields = {"message": answer.text}
    if Remarks(words.mean_success, good=frozenset({"100"})).disagree(fields):
        raise Unusable("an answer whose message says neither success nor failure")
