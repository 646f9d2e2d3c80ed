"""Persons as the wire writes them (docs/systems/population.md), and the question about one.

Everything is text and everything may be absent; a blank element is absent. What a person's
record says is personal data: no model here shows its values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """A group of elements. Its text names no value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        return ()

    def __str__(self) -> str:
        return repr(self)


class PersonName(Wire):
    """The live service puts the whole name into ``Ten``; the standard splits it."""

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
    """Codes of the statistics office, in three levels, in two since July 2025, or all in
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
    """One ``CongDan``. ``fields_lost``: paths of what stood there and was not read."""

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
    """A ``CongdanCollection``. ``persons`` is empty when the answer was "not found".

    ``count``, ``note``, ``as_of`` and ``answer_id`` are its attributes ``SoCongDan``,
    ``GhiChu``, ``ThoiDiemDuLieu`` and ``id`` as written; None where they are absent.
    ``fields_lost`` names what else it said, and ``SoCongDan`` when that is another number than
    the persons there are.
    """

    persons: tuple[Person, ...]
    count: str | None = None
    note: str | None = field(default=None, repr=False)
    as_of: str | None = None
    answer_id: str | None = None
    fields_lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """One person, as the asker knows him. ``number``: 12 digits; ``old_number``: the 9 digits of
    an old card; one of them is needed. ``name``: as it is to be sent. ``birth``: a date, or the
    year alone where no more is known."""

    name: str
    number: str = ""
    old_number: str = ""
    birth: date | int | None = None
