"""The many ways the portal's dialects write one answer (docs/systems/dvcqg.md).

::

    native    every form seen: plain, under ``data``, packed into ``message``, wrapped once more
    wrapper   code "0" and the answer as JSON text in ``message``; a refusal's message is text
    query     code and message, nothing else but what was found
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from random import Random
from typing import Any

_ZERO = (0, "0", "00", "000")
#: What a create of a known dossier was answered with; one form even says zero.
_DUPLICATE = ("3", "-3", "0", 3, -3, 0)


@dataclass(frozen=True, slots=True)
class Reply:
    """A body and its content type."""

    body: bytes
    content_type: str = "application/json;charset=UTF-8"


class Envelopes(ABC):
    """Writes outcomes in one dialect; ``rng`` draws among the forms it has for one."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    @abstractmethod
    def found(self, items: list[dict[str, Any]]) -> Reply:
        """An answered read: the items, or none."""

    @abstractmethod
    def found_object(self, result: dict[str, Any]) -> Reply:
        """An answered read whose result is one object."""

    @abstractmethod
    def outcome(self, number: object, message: str) -> Reply:
        """The number and the message of a write that was understood."""

    def accepted(self, what: str) -> Reply:
        """A write that took effect. ``what``: "Đồng bộ", "Cập nhật tiến độ"."""
        done = self.rng.choice(("thành công", "Thành Công", "THÀNH CÔNG"))
        return self.outcome(self.rng.choice(_ZERO), f"{what} {done}")

    def accepted_as_text(self) -> Reply:
        """A progress call is sometimes answered with bare text."""
        texts = ("Cập nhật tiến độ thành công", "Thành công", "Đồng bộ tiến độ thành công")
        return Reply(self.rng.choice(texts).encode(), "text/plain;charset=UTF-8")

    def duplicate(self, code: str) -> Reply:
        """The dossier is there already."""
        texts = (f"Hồ sơ {code} đã tồn tại", "Mã hồ sơ đã tồn tại trên hệ thống")
        return self.outcome(self.rng.choice(_DUPLICATE), self.rng.choice(texts))

    def refused(self, message: str) -> Reply:
        """The portal understood and said no."""
        return self.outcome(self.rng.choice(("-1", -1)), message)

    def failed(self, message: str | None) -> Reply:
        """The portal could not answer; nothing is said about the dossier."""
        return reply({"error_code": self.rng.choice(("-1", -1)), "message": message})

    def _drawn(self, *forms: dict[str, Any]) -> Reply:
        return reply(self.rng.choice(forms))


class NativeEnvelopes(Envelopes):
    def found(self, items: list[dict[str, Any]]) -> Reply:
        code = self.rng.choice(_ZERO)
        if not items:
            return self._nothing(code)
        return self._drawn(
            {"error_code": code, "message": "", "result": items},
            {"error_code": code, "message": "Thành công", "result": items},
            {"error_code": code, "data": items},
            {"error_code": "0", "message": text({"result": items})},
            {"error_code": "0", "message": text({"error_code": "0", "result": items})},
            {"result": {"error_code": 0, "message": "", "data": items}},
        )

    def found_object(self, result: dict[str, Any]) -> Reply:
        code = self.rng.choice(_ZERO)
        return self._drawn(
            {"error_code": code, "result": result},
            {"error_code": code, "message": "Thành công", "result": result},
        )

    def outcome(self, number: object, message: str) -> Reply:
        inner = {"error_code": number, "message": message}
        wrapped = {"error_code": int(str(number)), "message": message, "data": []}
        return self._drawn(
            inner,
            inner | {"result": []},
            inner | {"result": None},
            {"error_code": "0", "message": text(inner)},
            {"result": wrapped},
        )

    def _nothing(self, code: object) -> Reply:
        return self._drawn(
            {"error_code": code, "message": "", "result": []},
            {"error_code": code, "message": None, "result": None},
            {"error_code": code, "message": "Không có dữ liệu"},
            {"error_code": code, "message": "", "data": []},
            {"error_code": "0", "message": text({"result": []})},
            {"result": {"error_code": 0, "message": "", "data": []}},
        )


class WrapperEnvelopes(Envelopes):
    def found(self, items: list[dict[str, Any]]) -> Reply:
        return self._packed(items) if items else self._packed(self.rng.choice(([], None)))

    def found_object(self, result: dict[str, Any]) -> Reply:
        return self._packed(result)

    def outcome(self, number: object, message: str) -> Reply:
        plain = {"error_code": str(number), "message": message}
        if plain["error_code"].strip("0"):
            return reply(plain)
        packed = {"error_code": "0", "message": text(plain | {"result": []})}
        return self._drawn({"error_code": "0", "message": message}, packed)

    def _packed(self, result: object) -> Reply:
        inner = {"error_code": "0", "message": "", "result": result}
        return self._drawn(
            {"error_code": "0", "message": text({"result": result})},
            {"error_code": "0", "message": text(inner)},
        )


class QueryEnvelopes(Envelopes):
    def found(self, items: list[dict[str, Any]]) -> Reply:
        return reply({"error_code": "0", "message": "", "result": items})

    def found_object(self, result: dict[str, Any]) -> Reply:
        return reply({"error_code": "0", "message": "", "result": result})

    def outcome(self, number: object, message: str) -> Reply:
        return reply({"error_code": number, "message": message})


def logged_in(session: str, rng: Random) -> Reply:
    """The answer of a login; ``result`` is a text where it is sent (docs/systems/dvcqg.md)."""
    answer: dict[str, Any] = {"error_code": rng.choice(_ZERO), "session": session}
    answer["message"] = rng.choice(("Success", "", None))
    if rng.random() < 0.3:
        answer["result"] = ""
    return reply(answer)


def reply(value: Any) -> Reply:
    return Reply(text(value).encode())


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
