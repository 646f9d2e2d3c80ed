"""Questions of citizens, their answers, and feedback on the portal (docs/systems/dvcqg.md).

Ids are numbers or text, and empty keys may be absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khop.sandbox.world.register import MADONVI

_FIRST = 51_234
_ASKED = (
    "Hồ sơ nộp ở đâu?",
    "<p>Thời hạn giải quyết là bao lâu?</p>",
    "Lệ phí nộp thế nào?",
    "Có phải nộp bản sao không?",
)
_FEEDBACK = ("Chậm trả kết quả", "Quy định chưa rõ", "Thái độ phục vụ")
#: Names of open states (docs/systems/dvcqg.md), whose codes are not public.
_WAITING = ("Mới tiếp nhận VPCP", "Tiếp nhận ở địa phương", "Đã bổ sung")


class Questions:
    """Questions that the portal forwards to the province, and those that the province published."""

    def __init__(self) -> None:
        self._answers: dict[str, str] = {}
        self._published: list[Mapping[str, Any]] = []

    def is_forwarded(self, number: object) -> bool:
        """Whether the portal forwarded a question with this id, a number or text."""
        return str(number) in {str(_FIRST + i) for i in range(len(_ASKED))}

    def answer(self, number: object, text: str) -> None:
        self._answers[str(number)] = text

    def publish(self, question: Mapping[str, Any]) -> None:
        self._published.append(question)

    def forwarded(self) -> list[dict[str, Any]]:
        """LayDanhSachHoiDapGuiTuDVCQG."""
        return [self._row(i, text) for i, text in enumerate(_ASKED)]

    def published(self) -> list[dict[str, Any]]:
        """LayDanhSachHoiDapBoCoQuan: the questions that the province published."""
        return [
            {
                "HOIDAPID": question["HOIDAPID"],
                "MALINHVUC": question.get("MaLinhVuc", ""),
                "MADONVI": question.get("MADONVI", ""),
                "TENDONVI": question.get("TENDONVI", ""),
                "NOIDUNG": question.get("NOIDUNG", ""),
            }
            for question in self._published
        ]

    def answer_rows(self, number: str) -> list[dict[str, Any]]:
        """LayNoiDungTraLoiTheoCauHoi; empty without an answer."""
        text = self._answers.get(number)
        if text is None:
            return []
        return [{"TRALOIID": _answer_id(int(number)), "NOIDUNGTRALOI": text}]

    def _row(self, i: int, text: str) -> dict[str, Any]:
        number = _FIRST + i
        answer = self._answers.get(str(number), "")
        row: dict[str, Any] = {
            "HOIDAPID": str(number) if i % 2 else number,
            "MALINHVUC": "" if i % 2 else "G05-KH02",
            "MADONVI": MADONVI,
            "NOIDUNG": text,
            "TRALOIID": _answer_id(number) if answer else 0,
        }
        if i % 2 == 0:
            row |= {"TENDONVI": "UBND tỉnh Mẫu", "HOVATEN": "Người Hỏi", "DIACHI": ""}
            row |= {"THUDIENTU": "a@example.vn", "SODIENTHOAI": "", "MATTHCDP": ""}
            row |= {"NOIDUNGTRALOI": answer, "TRANGTHAI": "1" if answer else "0"}
        return row


def feedback_rows() -> list[dict[str, Any]]:
    """DanhSachPAKNChoXuLy. Only the name of the service is public; the keys are invented."""
    return [
        {
            "MaPAKN": f"PAKN.20260820.{number:04d}",
            "TieuDe": title,
            "NoiDung": "...",
            "NguoiGui": "Người Dân",
            "NgayGui": "20260820080000",
            "MaDonVi": MADONVI,
            "TrangThai": _WAITING[number % len(_WAITING)],
        }
        for number, title in enumerate(_FEEDBACK)
    ]


def _answer_id(number: int) -> str:
    return str(number - 50_000)
