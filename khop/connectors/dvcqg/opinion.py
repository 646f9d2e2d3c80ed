"""Citizens' questions, feedback and ratings (docs/systems/dvcqg.md).

Rows are returned as the portal writes them; ``khop.mappings.dvcqg.opinion`` reads and writes
them. Each method raises ConnectorError.
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
        """Questions asked on the portal that are addressed to this province."""
        return self._exchange.found(Call("LayDanhSachHoiDapGuiTuDVCQG"))

    def questions_of_unit(self) -> tuple[Row, ...]:
        """Questions and answers that this unit sent to the portal."""
        return self._exchange.found(Call("LayDanhSachHoiDapBoCoQuan"))

    def answers(self, question: str) -> tuple[Row, ...]:
        """The answers to one question: ``TRALOIID``, ``NOIDUNGTRALOI``."""
        return self._exchange.found(Call("LayNoiDungTraLoiTheoCauHoi", {"cauhoiid": question}))

    def send_questions(self, rows: Sequence[Row]) -> None:
        """Send questions to the portal; without rows no call is made."""
        self._send("DongBoHoiDap", rows)

    def send_answers(self, rows: Sequence[Row]) -> None:
        """Send answers to questions of the portal; without rows no call is made."""
        self._send("DongBoKetQuaHoiDapGuiTuDVCQG", rows)

    def feedback(self) -> tuple[Row, ...]:
        """Pending feedback (PAKN); the fields of a row are not published."""
        return self._exchange.found(Call("DanhSachPAKNChoXuLy"))

    def rate(self, rows: Sequence[Row]) -> None:
        """Send a month's ratings; without rows no call is made."""
        self._send("DongBoDanhGia", rows)

    def _send(self, service: str, rows: Sequence[Row]) -> None:
        if rows:
            self._exchange.send(Call(service, data=list(rows)))
