"""Persons as the service writes them (docs/systems/population.md), and the question about one.

Every value is text and may be absent; a blank element is absent. All values are personal data,
so no model shows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """A group of elements. ``str`` and ``repr`` show no value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        return ()

    def __str__(self) -> str:
        return repr(self)


class PersonName(Wire):
    """The live service writes the whole name into ``Ten``; the standard splits it."""

    Ho: str | None = None
    ChuDem: str | None = None
    Ten: str | None = None


class EthnicGroup(Wire):
    MaDanToc: str | None = None
    TenGoi: str | None = None


class Religion(Wire):
    MaTonGiao: str | None = None
    TenGoi: str | None = None


class BirthDate(Wire):
    Nam: str | None = None
    NgayThangNam: str | None = None


class Address(Wire):
    """Codes of the statistics office: three levels, two since July 2025, or one code in
    ``MaDonViHanhChinh`` (2, 3 or 5 digits)."""

    MaTinhThanh: str | None = None
    MaQuanHuyen: str | None = None
    MaPhuongXa: str | None = None
    MaDonViHanhChinh: str | None = None
    ChiTiet: str | None = None
    QuocGia: str | None = None


class Relative(Wire):
    QuanHe: str | None = None
    SoDinhDanh: str | None = None
    SoCMND: str | None = None
    HoVaTen: PersonName | str | None = None
    QuocTich: str | None = None


class Person(Wire):
    """One ``CongDan``. ``fields_lost``: paths of elements that could not be read."""

    SoDinhDanh: str | None = None
    SoCMND: str | None = None
    HoVaTen: PersonName | str | None = None
    GioiTinh: str | None = None
    DanToc: EthnicGroup | str | None = None
    TonGiao: Religion | str | None = None
    TinhTrangHonNhan: str | None = None
    NhomMau: str | None = None
    NgayThangNamSinh: BirthDate | str | None = None
    NoiDangKyKhaiSinh: Address | None = None
    QuocTich: str | None = None
    QueQuan: Address | None = None
    ThuongTru: Address | None = None
    NoiOHienTai: Address | None = None
    Cha: Relative | None = None
    Me: Relative | None = None
    VoChong: Relative | None = None
    NguoiDaiDien: Relative | None = None
    ChuHo: Relative | None = None
    SoSoHoKhau: str | None = None
    fields_lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """A ``CongdanCollection``. ``persons`` is empty when no person was found.

    ``count``, ``note``, ``as_of`` and ``answer_id`` are its attributes ``SoCongDan``,
    ``GhiChu``, ``ThoiDiemDuLieu`` and ``id`` as written; None where they are absent.
    ``fields_lost`` names its unknown parts, and ``SoCongDan`` when it is not the number of the
    persons in the answer.
    """

    persons: tuple[Person, ...]
    count: str | None = None
    note: str | None = field(default=None, repr=False)
    as_of: str | None = None
    answer_id: str | None = None
    fields_lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """One person to ask about. ``number``: 12 digits; ``old_number``: the 9 digits of an old card;
    one of them is required. ``name``: as it is sent. ``birth``: a date, or only the year where no
    more is known."""

    name: str
    number: str = ""
    old_number: str = ""
    birth: date | int | None = None
