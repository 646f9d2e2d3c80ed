"""Refusals of the gateways in front of the systems: WSO2 API Manager and X-Road.

They answer in place of the system, in XML or JSON, and their codes are more exact than the HTTP
status (docs/systems/population.md, docs/systems/vnpost.md):

==================================  ==========================================
900900-900909                       Unauthorised: token missing, wrong, expired
900800-900899                       RateLimited: throttled
303xxx, 101503, 101504, 101500 …    the gateway cannot reach the system
X-Road ``Server.…``, ``Client.…``   the exchange failed, or refused the request
==================================  ==========================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from khop.connectors.http.answers import Answer
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.xml import children, local_name, read_xml
from khop.errors import ConnectorError, RateLimited, Refused, Unauthorised
from khop.text.masking import short_text

#: A gateway's refusal is short; a longer body is the system's own answer.
_LONGEST = 8 * 1024
_NUMBER = re.compile(r"[0-9]{6}")
_PREFIXES_BEHIND = ("303", "101")
_NOT_SUBSCRIBED = "900908"
# Without a Date header, a Retry-After date counts as past; one in seconds needs no date.
_LATEST = datetime.max.replace(tzinfo=UTC)


def gateway_error(answer: Answer, outcome: CallOutcome) -> ConnectorError | None:
    """The error of a gateway's refusal; None when the answer is no such refusal."""
    body = answer.body
    # A cheap test first, so that the system's own answers are not parsed twice.
    named = b"fault" in body or b"Proxy" in body or "x-road-error" in answer.headers
    if len(body) > _LONGEST or not named:
        return None
    if "x-road-error" in answer.headers:
        return _exchange_error(answer.headers["x-road-error"], answer, outcome)
    if b"fault" in body:
        code, message = _fault_fields(answer)
        return _numbered(code, message, answer, outcome) if code else None
    kind, message = _exchange_fields(answer)
    return _exchange_error(kind, answer, outcome, message) if kind else None


def _numbered(
    code: str, message: str, answer: Answer, outcome: CallOutcome
) -> ConnectorError | None:
    status = answer.status
    if code == _NOT_SUBSCRIBED:
        detail = "the gateway has no subscription of this account for this service; ask for it"
        return outcome.error(Refused, status, detail, code)
    if code.startswith("9009"):
        return outcome.error(Unauthorised, status, message, code)
    if code.startswith("9008"):
        return RateLimited(
            outcome.system, outcome.operation,
            retry_after=answer.retry_after(answer.date or _LATEST),
            http_status=status, code=code, detail=message,
        )  # fmt: skip
    if code.startswith(_PREFIXES_BEHIND):
        return outcome.unanswered(status, message or "the gateway cannot reach the system", code)
    return None


def _exchange_error(
    kind: str, answer: Answer, outcome: CallOutcome, message: str = ""
) -> ConnectorError:
    code, detail = short_text(kind)[:80], message or "the data exchange could not deliver the call"
    if kind.strip().casefold().startswith("client"):
        return outcome.error(Refused, answer.status, detail, code)
    return outcome.unanswered(answer.status, detail, code)


def _fault_fields(answer: Answer) -> tuple[str, str]:
    """(code, message) of WSO2's refusal in XML or JSON; ("", "") for other answers."""
    fields = _xml_fault(answer.body) if answer.is_markup else _json_fault(answer)
    code = fields.get("code", "").strip()
    if not _NUMBER.fullmatch(code):
        return "", ""
    return code, short_text(fields.get("message") or fields.get("description") or "")


def _xml_fault(body: bytes) -> Mapping[str, str]:
    try:
        root = read_xml(body)
    except ValueError:
        return {}
    if local_name(root) != "fault":
        return {}
    return {name: "".join(child.itertext()) for name, child in children(root)}


def _json_fault(answer: Answer) -> Mapping[str, str]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    fault = body.get("fault") if isinstance(body, Mapping) else None
    if not isinstance(fault, Mapping):
        return {}
    return {str(k): str(v) for k, v in fault.items() if isinstance(v, str | int)}


def _exchange_fields(answer: Answer) -> tuple[str, str]:
    """(type, message) of an X-Road error, which always has three keys; else ("", "")."""
    try:
        body = answer.json()
    except ValueError:
        return "", ""
    if not isinstance(body, Mapping) or not {"type", "message", "detail"} <= body.keys():
        return "", ""
    kind = body["type"]
    known = isinstance(kind, str) and kind.startswith(("Server.", "Client."))
    return (kind, short_text(str(body["message"]))) if known else ("", "")
