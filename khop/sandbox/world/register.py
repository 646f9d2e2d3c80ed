"""Units, procedures and invented citizens of the simulated province H99."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_plus

PROVINCE = "H99"
MADONVI = "000.00.00.H99"

_FIELDS = (
    ("G05", "KH02", "Hộ kinh doanh", "Đăng ký hộ kinh doanh"),
    ("G15", "TP01", "Hộ tịch", "Đăng ký khai sinh"),
    ("G13", "TN03", "Đất đai", "Đăng ký biến động đất đai"),
    ("G03", "GD10", "Giáo dục", "Chuyển trường"),
    ("G17", "XD05", "Hoạt động xây dựng", "Cấp giấy phép xây dựng"),
    ("G09", "NV02", "Người có công", "Giải quyết trợ cấp"),
    ("G18", "YT04", "Dược phẩm", "Cấp chứng chỉ hành nghề"),
    ("G16", "VH07", "Quảng cáo", "Thông báo sản phẩm quảng cáo"),
)
_DEPARTMENTS = (
    "Tài chính", "Tư pháp", "Nông nghiệp và Môi trường", "Giáo dục và Đào tạo", "Xây dựng",
    "Nội vụ", "Y tế", "Văn hóa, Thể thao và Du lịch", "Công Thương", "Khoa học và Công nghệ",
    "Dân tộc và Tôn giáo", "Ngoại vụ",
)  # fmt: skip
#: The number of departments, which are the first units; the communes come after them.
DEPARTMENTS = len(_DEPARTMENTS)
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
_MIDDLES = ("Văn", "Thị", "Đức", "Ngọc", "Minh", "Thanh", "Hữu", "Thu")
_GIVENS = (
    "Mẫu", "Thử", "Dụ", "Ảo", "Giả", "Phỏng", "Tưởng", "Lệ", "Kiểm", "Nghiệm",
    "Sa", "Bàn", "Hộp", "Cát", "Mô", "Hình",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A department or a commune. ``code``: in the old or the new order (docs/domain.md, Codes)."""

    index: int
    code: str
    name: str
    native_id: str


#: The unit that merged into the first one on 1 July 2025. Some of its logbooks are still in use.
PREDECESSOR = Unit(-1, f"000.00.31.{PROVINCE}", "Sở Kế hoạch và Đầu tư", "64e0ffffffffffffffffffff")


@dataclass(frozen=True, slots=True)
class Procedure:
    """An administrative procedure. ``days``: working days until it is due; 0: no due date."""

    index: int
    code: str
    name: str
    sector_code: str
    sector_name: str
    field_code: str
    days: int
    fee: int


@dataclass(frozen=True, slots=True)
class Citizen:
    """An invented applicant. ``kind``: 1 citizen, 4 organisation (docs/systems/dvcqg.md).
    ``birthday``: days since 1970 of the day of UTC on which the local day of birth begins."""

    index: int
    kind: int
    name: str
    identity: str
    phone: str
    birthday: int
    organization: str


@dataclass(frozen=True)
class Register:
    """The units, procedures and citizens that dossiers refer to. ``people``: how many citizens."""

    people: int

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        departments = [
            _unit(i, f"{i + 1:02d}", "00", f"Sở {name}") for i, name in enumerate(_DEPARTMENTS)
        ]
        start = len(departments)
        communes = [
            _unit(start + i, "18", f"{i + 1:02d}", f"UBND xã Mẫu {i + 1}") for i in range(36)
        ]
        return tuple(departments + communes)

    @cached_property
    def procedures(self) -> tuple[Procedure, ...]:
        return tuple(_procedure(i) for i in range(40))

    def citizen(self, index: int) -> Citizen:
        organisation = index % 11 == 7
        return Citizen(
            index=index,
            kind=4 if organisation else 1,
            name=_person(index),
            identity=f"099{index:09d}",
            phone=f"0990{index:06d}"[:12],
            birthday=index * 7 % 15_000,
            organization=f"Công ty TNHH Mẫu {index}" if organisation else "",
        )

    def by_identity(self, number: str) -> Citizen | None:
        """The citizen with this identity number, or None."""
        index = number.removeprefix("099")
        if len(number) != 12 or len(index) != 9 or not (index.isascii() and index.isdigit()):
            return None
        return self.citizen(int(index)) if int(index) < self.people else None

    @cached_property
    def _names(self) -> frozenset[str]:
        count = len(_FAMILIES) * len(_MIDDLES) * len(_GIVENS)
        return frozenset(fold(_person(i)) for i in range(min(count, self.people)))

    def personal(self, text: str) -> str | None:
        """The kind of a citizen's personal data in ``text``: "name", "identity number" or "phone";
        None if there is none.

        ``text`` may be percent-encoded. Names are found with and without diacritics.
        """
        plain = unquote_plus(text)
        for digits in re.findall(r"(?<![0-9A-Za-z.\-])\+?\d{8,12}(?![0-9A-Za-z\-])", plain):
            if found := self._number(digits):
                return found
        words = re.findall(r"[a-z]+", fold(plain))
        for start in range(len(words) - 2):
            if " ".join(words[start : start + 3]) in self._names:
                return "name"
        return None

    def _number(self, text: str) -> str | None:
        digits = text.removeprefix("+84") if text.startswith("+84") else text
        digits = digits.lstrip("0")
        if len(digits) == 11 and digits.startswith("99") and int(digits[2:]) < self.people:
            return "identity number"
        if len(digits) == 9 and digits.startswith("990"):
            return "phone" if int(digits[3:]) < self.people else None
        return None


def fold(text: str) -> str:
    """Lower case without diacritics."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def _person(index: int) -> str:
    index, family = divmod(index, len(_FAMILIES))
    index, middle = divmod(index, len(_MIDDLES))
    given = index % len(_GIVENS)
    return f"{_FAMILIES[family]} {_MIDDLES[middle]} {_GIVENS[given]}"


def _unit(index: int, second: str, third: str, name: str) -> Unit:
    # Both orders are in use in one province (docs/domain.md, Codes).
    old = f"000.{third}.{second}.{PROVINCE}"
    new = f"{PROVINCE}.{second}" if third == "00" else f"{PROVINCE}.{second}.{third}"
    if index % 12 == 5:
        new = f"{PROVINCE}.{200 + index}"
    return Unit(index, old if index % 3 == 0 else new, name, f"64e0{index:020x}")


def _procedure(index: int) -> Procedure:
    ministry, sector, field, name = _FIELDS[index % len(_FIELDS)]
    variant = index // len(_FIELDS)
    return Procedure(
        index=index,
        code=f"{1 + index % 3}.{1600 + index * 37:06d}",
        name=f"{name} (trường hợp {variant + 1})" if variant else name,
        sector_code=sector,
        sector_name=field,
        field_code=f"{ministry}-{sector}",
        days=0 if index % 10 == 9 else 1 + index * 7 % 20,
        fee=0 if index % 4 == 3 else 10_000 * (1 + index % 12),
    )
