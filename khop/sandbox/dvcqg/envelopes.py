"""The forms of one answer in each dialect of the portal (docs/systems/dvcqg.md).

::

    native    every form seen: plain, under ``data``, packed into ``message``, wrapped once more
    wrapper   code "0" and the answer as JSON text in ``message``; a refusal's message is text
    query     code, message, and the result of a read
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from random import Random
from typing import Any

from khop.loopback import Response

_ZERO = (0, "0", "00", "000")
#: Codes of the answer to the create of an existing dossier; some servers send zero.
_DUPLICATE = ("3", "-3", "0", 3, -3, 0)


class Envelopes(ABC):
    """Writes answers in one dialect. ``rng`` selects among its forms."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    @abstractmethod
    def found(self, items: list[dict[str, Any]]) -> Response:
        """The answer of a read: the items, or none."""

    @abstractmethod
    def found_object(self, result: dict[str, Any]) -> Response:
        """The answer of a read with one object as its result."""

    @abstractmethod
    def outcome(self, number: object, message: str) -> Response:
        """The answer of a write, with its number and message."""

    def accepted(self, what: str) -> Response:
        """The answer of a write that took effect. ``what``: such as "Đồng bộ"."""
        done = self.rng.choice(("thành công", "Thành Công", "THÀNH CÔNG"))
        return self.outcome(self.rng.choice(_ZERO), f"{what} {done}")

    def accepted_as_text(self) -> Response:
        """The answer of a progress call as plain text, which some servers send."""
        texts = ("Cập nhật tiến độ thành công", "Thành công", "Đồng bộ tiến độ thành công")
        return Response.text(self.rng.choice(texts))

    def duplicate(self, code: str) -> Response:
        """The answer to the create of an existing dossier."""
        texts = (f"Hồ sơ {code} đã tồn tại", "Mã hồ sơ đã tồn tại trên hệ thống")
        return self.outcome(self.rng.choice(_DUPLICATE), self.rng.choice(texts))

    def refused(self, message: str) -> Response:
        """A refusal."""
        return self.outcome(self.rng.choice(("-1", -1)), message)

    def failed(self, message: str | None) -> Response:
        """An error of the portal, without a result."""
        return Response.json({"error_code": self.rng.choice(("-1", -1)), "message": message})

    def _one_of(self, *forms: dict[str, Any]) -> Response:
        return Response.json(self.rng.choice(forms))


class NativeEnvelopes(Envelopes):
    def found(self, items: list[dict[str, Any]]) -> Response:
        code = self.rng.choice(_ZERO)
        if not items:
            return self._nothing(code)
        return self._one_of(
            {"error_code": code, "message": "", "result": items},
            {"error_code": code, "message": "Thành công", "result": items},
            {"error_code": code, "data": items},
            {"error_code": code, "message": "", "Results ": items},
            {"error_code": code, "message": "", "result": {"items": items, "total": len(items)}},
            {"error_code": "0", "message": text({"result": items})},
            {"error_code": "0", "message": text({"error_code": "0", "result": items})},
            {"result": {"error_code": 0, "message": "", "data": items}},
        )

    def found_object(self, result: dict[str, Any]) -> Response:
        code = self.rng.choice(_ZERO)
        return self._one_of(
            {"error_code": code, "result": result},
            {"error_code": code, "message": "Thành công", "result": result},
        )

    def outcome(self, number: object, message: str) -> Response:
        inner = {"error_code": number, "message": message}
        wrapped = {"error_code": int(str(number)), "message": message, "data": []}
        return self._one_of(
            inner,
            inner | {"result": []},
            inner | {"result": None},
            {"error_code": "0", "message": text(inner)},
            {"result": wrapped},
        )

    def _nothing(self, code: object) -> Response:
        return self._one_of(
            {"error_code": code, "message": "", "result": []},
            {"error_code": code, "message": None, "result": None},
            {"error_code": code, "message": "Không có dữ liệu"},
            {"error_code": code, "message": "Không tìm thấy hồ sơ trên hệ thống", "result": []},
            {"error_code": code, "message": "", "result": {"items": [], "total": 0}},
            {"error_code": code, "message": "", "data": []},
            {"error_code": "0", "message": text({"result": []})},
            {"result": {"error_code": 0, "message": "", "data": []}},
        )


class WrapperEnvelopes(Envelopes):
    def found(self, items: list[dict[str, Any]]) -> Response:
        return self._packed(items) if items else self._packed(self.rng.choice(([], None)))

    def found_object(self, result: dict[str, Any]) -> Response:
        return self._packed(result)

    def outcome(self, number: object, message: str) -> Response:
        plain = {"error_code": str(number), "message": message}
        if plain["error_code"].strip("0"):
            return Response.json(plain)
        packed = {"error_code": "0", "message": text(plain | {"result": []})}
        return self._one_of({"error_code": "0", "message": message}, packed)

    def _packed(self, result: object) -> Response:
        inner = {"error_code": "0", "message": "", "result": result}
        return self._one_of(
            {"error_code": "0", "message": text({"result": result})},
            {"error_code": "0", "message": text(inner)},
        )


class QueryEnvelopes(Envelopes):
    def found(self, items: list[dict[str, Any]]) -> Response:
        return Response.json({"error_code": "0", "message": "", "result": items})

    def found_object(self, result: dict[str, Any]) -> Response:
        return Response.json({"error_code": "0", "message": "", "result": result})

    def outcome(self, number: object, message: str) -> Response:
        return Response.json({"error_code": number, "message": message})


def logged_in(session: str, rng: Random) -> Response:
    """The answer of a login; ``result``, if sent, is text (docs/systems/dvcqg.md)."""
    answer: dict[str, Any] = {"error_code": rng.choice(_ZERO), "session": session}
    answer["message"] = rng.choice(("Success", "", None))
    if rng.random() < 0.3:
        answer["result"] = ""
    return Response.json(answer)


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
