"""HTTP for every connector: one client, one retry policy, one rate limit, one circuit breaker.

::

    call ── breaker ── retry ──┬── rate limit ── send ── read ──► value
             (open: fails      └── wait, again ◄── error that may be retried
              at once)

No redirect is followed, no proxy or password of the environment is used, no cookie is kept.
"""

from __future__ import annotations

import base64
import contextlib
import json as jsonlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import random as _random
from typing import NoReturn, TypedDict, TypeVar, Unpack

import httpx
from tenacity import Retrying

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.before_requests import ask_before_a_request
from khop.connectors.http.bodies import unpacked
from khop.connectors.http.deadlines import Deadlines
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.limits import CircuitBreaker, CircuitOpen, TokenBucket
from khop.connectors.http.network import TransportSettings, http_client, network
from khop.connectors.http.outcomes import CallOutcome, as_error
from khop.connectors.http.quoted_values import personal_texts, redacted
from khop.connectors.http.retry import RetryPolicy, retrying
from khop.connectors.http.sent_secrets import secrets_of, struck
from khop.errors import (
    ConfigError,
    ConnectorError,
    KhopError,
    OutcomeUnknown,
    RecordError,
    Unreachable,
    Unreadable,
)

T = TypeVar("T")
#: The error that an answer of any status means to one system; None leaves it to the status.
Judge = Callable[[Answer, CallOutcome], ConnectorError | None]

_LONGEST_ERROR_BODY = 64 * 1024


class CallOptions(TypedDict, total=False):
    """The optional parts of a call.

    ``json``: any JSON value but null. ``form``: sent url-encoded. ``content``: the body as bytes,
    with its Content-Type in ``headers``. ``basic``: user and password. ``write``: the call may
    change the system. ``attempts``: number of tries in place of the settings' number; 1 for
    callers that handle errors themselves. ``private``: personal texts of ``content``, which are
    removed from errors; those of ``json`` and ``form`` are found without it. ``secrets``: secrets
    of ``content``, likewise; those of fields and headers named so are found without it. ``judge``:
    see ``Judge``; by default it knows the refusals of gateways.
    """

    params: Mapping[str, str] | None
    headers: Mapping[str, str] | None
    json: object
    form: Mapping[str, str] | None
    content: bytes | None
    basic: tuple[str, str] | None
    write: bool
    attempts: int | None
    private: Collection[str]
    secrets: Collection[str]
    judge: Judge | None


@dataclass(frozen=True, slots=True)
class Timing:
    """The clocks and the chance of a transport; a test gives its own.

    ``clock``: monotonic seconds. ``sleep``: waits, in seconds. ``random``: 0 to 1, for jitter.
    ``now``: aware time, for a Retry-After date in an answer without a Date header.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = _random
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Transport:
    """Calls one system. Safe for threads. Raises ConnectorError, RecordError, ConfigError,
    what ``before_each_request`` raises, and nothing else.

    ``http`` takes the place of the network: one method, so that a test needs no server.
    """

    def __init__(
        self,
        system: str,
        settings: TransportSettings,
        *,
        timing: Timing | None = None,
        http: httpx.BaseTransport | None = None,
    ) -> None:
        self.system = system
        self._settings = settings
        self._timing = timing or Timing()
        clock, sleep = self._timing.clock, self._timing.sleep
        self._bucket = TokenBucket(settings.calls_per_second, clock=clock, sleep=sleep)
        self._breaker = CircuitBreaker(clock=clock)
        self._server_date: datetime | None = None
        self._deadlines = Deadlines(clock)
        self._http = http_client(settings, http or network(system, settings, self._deadlines))

    @property
    def server_date(self) -> datetime | None:
        """The Date header of the latest answer that had one."""
        return self._server_date

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, operation: str, method: str, url: str, **options: Unpack[CallOptions]) -> Answer:
        """The answer, whatever its body. Raises ConnectorError, RecordError, ConfigError."""
        return self.exchange(operation, method, url, lambda answer: answer, **options)

    def exchange(
        self,
        operation: str,
        method: str,
        url: str,
        read: Callable[[Answer], T],
        *,
        each_try: Callable[[], CallOptions] | None = None,
        **options: Unpack[CallOptions],
    ) -> T:
        """What ``read`` makes of the answer.

        ``each_try`` gives the options that may change from try to try, such as the session.

        Reading is part of the try, so a read whose answer is truncated is sent again:
        a ValueError of ``read`` is Unreadable, for a write OutcomeUnknown. A KhopError of
        ``read`` is raised unchanged. Raises ConnectorError; RecordError when the JSON cannot be
        written; ConfigError when the address cannot be used.
        """
        if self._http.is_closed:
            detail = "this client was closed; open a new one"
            raise Unreachable(self.system, operation, detail=detail)
        outcome = CallOutcome(self.system, operation, options.get("write", False))

        def attempt() -> T:
            anew: CallOptions = {**options, **each_try()} if each_try else options
            answer: Answer | None = None
            ask_before_a_request()  # after the waits: rate limit, try before, new session
            try:
                answer = self._answer(self._request(method, url, anew), outcome)
                return self._value(answer, read, anew.get("judge"), outcome)
            except ConnectorError as error:
                failure = error
            secrets = tuple(_sent_secrets(anew))
            if answer is not None and (clean := struck(answer, secrets)) is not answer:
                # It is read again without what it quotes: a text that was masked or cut before
                # could hold a part of it.
                failure = self._failure(clean, read, anew.get("judge"), outcome, failure)
            # Raised here, outside ``except``: its context would hold the request with its headers.
            raise redacted(failure, _personal_texts(anew), secrets)

        with self._admitted(outcome):
            self._bucket.acquire()
            return self._retrying(outcome, options)(attempt)

    def _value(
        self, answer: Answer, read: Callable[[Answer], T], judge: Judge | None, outcome: CallOutcome
    ) -> T:
        failure = (judge or gateway_error)(answer, outcome)
        failure = failure or outcome.of_status(answer, self._timing.now())
        return _read_value(answer, read, outcome) if failure is None else _raised(failure)

    def _failure(
        self,
        answer: Answer,
        read: Callable[[Answer], object],
        judge: Judge | None,
        outcome: CallOutcome,
        first: ConnectorError,
    ) -> ConnectorError:
        """``first`` with the texts that this answer gives; without any when it gives others."""
        try:
            self._value(answer, read, judge, outcome)
        except ConnectorError as error:
            if type(error) is type(first):
                return error
        except KhopError:
            pass
        return as_error(type(first), first, None, code=None)

    @contextlib.contextmanager
    def _admitted(self, outcome: CallOutcome) -> Iterator[None]:
        """One call through the circuit breaker, which records how it ended."""
        try:
            probe = self._breaker.admit()
        except CircuitOpen as closed:
            raise Unreachable(self.system, outcome.operation, detail=str(closed)) from None
        ok = False
        try:
            yield
            ok = True
        except KhopError as failure:
            ok = not isinstance(failure, Unreachable | Unreadable | OutcomeUnknown)
            raise
        finally:
            self._breaker.report(ok=ok, probe=probe)

    def _retrying(self, outcome: CallOutcome, options: CallOptions) -> Retrying:
        attempts = options.get("attempts") or self._settings.attempts
        return retrying(
            RetryPolicy(attempts, self._settings.retry_seconds),
            write=outcome.write,
            clock=self._timing.clock,
            sleep=self._pause,
            random=self._timing.random,
        )

    def _pause(self, seconds: float) -> None:
        self._timing.sleep(seconds)
        self._bucket.acquire()

    def _request(self, method: str, url: str, options: CallOptions) -> httpx.Request:
        headers = {"Accept": "application/json", **(options.get("headers") or {})}
        body, form = options.get("json"), options.get("form")
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = options.get("content") if body is None else _json_bytes(body)
        try:
            if basic := options.get("basic"):
                headers["Authorization"] = _basic(*basic)
            target = httpx.URL(url)
            # httpx drops the query of the address when it is given parameters, and encodes it
            # again when parameters are merged into it.
            if params := options.get("params"):
                target = target.copy_merge_params(params)
            return self._http.build_request(
                method, target, headers=headers, content=content, data=form
            )
        except (httpx.InvalidURL, UnicodeError):
            raise ConfigError(f"{self.system}: an address or header cannot be sent") from None

    def _answer(self, request: httpx.Request, outcome: CallOutcome) -> Answer:
        deadline = self._timing.clock() + self._settings.timeout
        try:
            with self._deadlines.whole(self._settings.timeout):
                response = self._http.send(request, stream=True, follow_redirects=False)
                with contextlib.closing(response):
                    good = 200 <= response.status_code < 300
                    body = (self._body if good else self._error_body)(response, deadline)
            headers = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(response.status_code, headers, body)
        except httpx.UnsupportedProtocol:
            failure: KhopError = ConfigError(f"{self.system}: an address is not http or https")
        except httpx.HTTPError as error:
            failure = outcome.of_exception(error)
        except Unusable as error:
            failure = outcome.of_value_error(error, 200)
        else:
            self._server_date = answer.date or self._server_date
            return answer
        # Raised here, outside ``except``: its context would hold the request with its headers.
        raise failure

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        body = bytearray()
        for chunk in _chunks(response):
            body += chunk
            if len(body) > self._settings.max_body:
                raise Unusable(f"an answer of more than {self._settings.max_body} bytes")
            if self._timing.clock() > deadline:
                raise httpx.ReadTimeout("the answer took too long", request=response.request)
        return bytes(body)

    def _error_body(self, response: httpx.Response, deadline: float) -> bytes:
        # The status alone decides; the body only adds a message, and may be broken.
        body = bytearray()
        with contextlib.suppress(httpx.HTTPError, Unusable):
            for chunk in _chunks(response):
                body += chunk
                if len(body) > _LONGEST_ERROR_BODY or self._timing.clock() > deadline:
                    break
        return bytes(body)


def _personal_texts(options: CallOptions) -> Iterator[str]:
    yield from personal_texts(options.get("json"))
    yield from personal_texts(options.get("form"))
    yield from options.get("private") or ()


def _chunks(response: httpx.Response) -> Iterator[bytes]:
    assert isinstance(response.stream, httpx.SyncByteStream)
    return unpacked(response.stream, response.headers.get("content-encoding", ""))


def _sent_secrets(options: CallOptions) -> Iterator[str]:
    for part in ("headers", "json", "form", "params"):
        yield from secrets_of(options.get(part))
    if basic := options.get("basic"):
        yield basic[1]
        yield _basic(*basic).partition(" ")[2]
    yield from options.get("secrets") or ()


def _raised(failure: ConnectorError) -> NoReturn:
    raise failure


def _read_value(answer: Answer, read: Callable[[Answer], T], outcome: CallOutcome) -> T:
    try:
        return read(answer)
    except ValueError as error:
        failure = outcome.of_value_error(error, answer.status)
    raise failure


def _basic(user: str, password: str) -> str:
    account = f"{user}:{password}".encode("utf-8", "surrogateescape")
    return "Basic " + base64.b64encode(account).decode("ascii")


def _json_bytes(body: object) -> bytes:
    try:
        return jsonlib.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise RecordError("body", "holds a value that JSON cannot carry") from None
