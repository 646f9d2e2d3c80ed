"""What citizens ask, report and rate (docs/systems/dvcqg.md).

Rows come as they are; ``khop.mappings.dvcqg.opinion`` reads and writes them. Each method raises
ConnectorError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khop.connectors.dvcqg.dialects import Call
from khop.connectors.dvcqg.exchange import Exchange

Row = Mapping[str, object]


class PublicOpinion:
    """Questions and answers, feedback (PAKN), ratings."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def questions_from_portal(self) -> tuple[Row, ...]:
        """Questions that were asked on the portal and are for this province."""
        return self._exchange.found(Call("LayDanhSachHoiDapGuiTuDVCQG"))

    def questions_of_unit(self) -> tuple[Row, ...]:
        """Questions and answers that this unit gave to the portal."""
        return self._exchange.found(Call("LayDanhSachHoiDapBoCoQuan"))

    def answers(self, question: str) -> tuple[Row, ...]:
        """The answers to one question: ``TRALOIID``, ``NOIDUNGTRALOI``."""
        return self._exchange.found(Call("LayNoiDungTraLoiTheoCauHoi", {"cauhoiid": question}))

    def send_questions(self, rows: Sequence[Row]) -> None:
        """Give questions to the portal. Nothing is sent for none."""
        self._send("DongBoHoiDap", rows)

    def send_answers(self, rows: Sequence[Row]) -> None:
        """Answer questions of the portal. Nothing is sent for none."""
        self._send("DongBoKetQuaHoiDapGuiTuDVCQG", rows)

    def feedback(self) -> tuple[Row, ...]:
        """Feedback (PAKN) that waits; how a row is built is not published."""
        return self._exchange.found(Call("DanhSachPAKNChoXuLy"))

    def rate(self, rows: Sequence[Row]) -> None:
        """Give a month's ratings. Nothing is sent for none: an empty list says nothing."""
        self._send("DongBoDanhGia", rows)

    def _send(self, service: str, rows: Sequence[Row]) -> None:
        if rows:
            self._exchange.send(Call(service, data=list(rows)))
