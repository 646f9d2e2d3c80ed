"""The portal's catalogues as they are on the wire (docs/systems/dvcqg.md).

Keys are in capitals, but for exceptions (``Url``); numbers may be text, empty, or numbers; a
list may be absent, null, "", or one object. Only the fields that khop needs are modelled.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

T = TypeVar("T")

#: Longest text of a catalogue, in characters: descriptions may be whole pages.
_LONGEST = 200_000
_NUMBER_MAX = 10**18

_Text = Annotated[str, StringConstraints(strict=True, max_length=_LONGEST)]
_Whole = Annotated[int, Strict(), Field(ge=-_NUMBER_MAX, le=_NUMBER_MAX)]
_Decimal = Annotated[float, Strict(), Field(ge=-_NUMBER_MAX, le=_NUMBER_MAX, allow_inf_nan=False)]
Scalar = _Text | _Whole | _Decimal


def _no_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Several = Annotated[list[T | None] | T | None, BeforeValidator(_no_blank)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ListedProcedure(_Read):
    """A row of LayDanhSachTTHC."""

    MATTHC: Scalar | None = None
    TENTTHC: Scalar | None = None


class SectorItem(_Read):
    """LINHVUCTHUCHIEN[], and a row of LayDanhMucLinhVuc."""

    MALINHVUC: Scalar | None = None
    TENLINHVUC: Scalar | None = None
    MANGANH: Scalar | None = None


class UnitItem(_Read):
    """COQUANTHUCHIEN[], and a row of LayDanhMucCoQuan."""

    MADONVI: Scalar | None = None
    TENDONVI: Scalar | None = None


class ResultItem(_Read):
    """KETQUATHUCHIEN[]."""

    MAKETQUA: Scalar | None = None
    TENKETQUA: Scalar | None = None


class FeeItem(_Read):
    """PHILEPHI[]."""

    MAPHILEPHI: Scalar | None = None
    SOTIEN: Scalar | None = None
    DONVI: Scalar | None = None
    MOTA: Scalar | None = None


class TimeItem(_Read):
    """THOIGIAN[]."""

    THOIGIANGIAIQUYET: Scalar | None = None
    DONVITINH: Scalar | None = None
    MOTA: Scalar | None = None
    PHILEPHI: Several[FeeItem] = None


class ChannelItem(_Read):
    """CACHTHUCTHUCHIEN[]."""

    KENH: Scalar | None = None
    THOIGIAN: Several[TimeItem] = None


class PaperItem(_Read):
    """GIAYTO[]."""

    MAGIAYTO: Scalar | None = None
    TENGIAYTO: Scalar | None = None


class PaperCase(_Read):
    """THANHPHANHOSO[]: the papers of one case."""

    TRUONGHOP: Scalar | None = None
    GIAYTO: Several[PaperItem] = None


class LevelItem(_Read):
    """CAPTHUCHIEN[]."""

    CAPTHUCHIEN: Scalar | None = None


class ProcedureItem(_Read):
    """One procedure of a LayThuTuc answer."""

    MATTHC: Scalar | None = None
    TENTTHC: Scalar | None = None
    TRANGTHAI: Scalar | None = None
    LINHVUCTHUCHIEN: Several[SectorItem] = None
    CACHTHUCTHUCHIEN: Several[ChannelItem] = None
    THANHPHANHOSO: Several[PaperCase] = None
    KETQUATHUCHIEN: Several[ResultItem] = None
    COQUANTHUCHIEN: Several[UnitItem] = None
    CAPTHUCHIEN: Several[LevelItem] = None


class OnlineServiceItem(_Read):
    """A row of LayDVC."""

    MADVC: Scalar | None = None
    TENDVC: Scalar | None = None
    MATTHC: Scalar | None = None
    TENTTHC: Scalar | None = None
    TENCOQUANBANHANH: Scalar | None = None
    TENLINHVUC: Scalar | None = None
