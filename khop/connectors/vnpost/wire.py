"""The post's messages as the wire writes them (docs/systems/vnpost.md).

Messages are sent in the order of the maker's SDK, None as ``null``. Answers are read tolerantly:
numbers may be text. Orders hold personal data, so no model shows its content in ``repr`` or in an
error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

#: Longest texts accepted, in characters: a longer one is damaged data.
SCALAR_MAX = 4_000
_NUMBER_MAX = 10**18

Number = Annotated[int, Strict(), Field(ge=-_NUMBER_MAX, le=_NUMBER_MAX)]
Real = Annotated[float, Strict()]
Scalar = Annotated[str, StringConstraints(strict=True, max_length=SCALAR_MAX)] | Number


class Private(BaseModel):
    """A model whose ``repr`` and errors show none of its values."""

    model_config = ConfigDict(hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return ()


class Sent(Private):
    """A message that khop sends."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    #: Fields that only some deployments know. They are left out of the message when None.
    optional: ClassVar[frozenset[str]] = frozenset()

    def message(self) -> dict[str, Any]:
        """The JSON object as it is sent."""
        absent = {name for name in self.optional if getattr(self, name) is None}
        return self.model_dump(exclude=absent)


class Order(Sent):
    """An order to transport papers; Sender and Receiver give its direction.

    ``CODAmount``: đồng to collect. Province and district numbers are the post's own; district 0
    when unknown. ``ItemCode`` and ``FlagConfig`` are sent only to deployments that use them.
    """

    optional: ClassVar[frozenset[str]] = frozenset({"ItemCode", "FlagConfig"})

    CustomerCode: str
    ItemCode: str | None = None
    OrderNumber: str
    CODAmount: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    SenderProvince: int
    SenderDistrict: int = 0
    SenderAddress: str
    SenderName: str
    SenderEmail: str | None = None
    SenderTel: str
    SenderDesc: str | None = None
    Description: str | None = None
    ReceiverName: str
    ReceiverAddress: str
    ReceiverTel: str
    ReceiverProvince: int
    ReceiverDistrict: int = 0
    ReceiverEmail: str | None = None
    FlagConfig: int | None = None


class DocumentProcedure(Sent):
    Code: str
    Title: str
    Category: str
    Elements: str


class DocumentPerson(Sent):
    """``DocumentSender`` and ``ResultReceiver``."""

    Name: str
    Phone: str
    ProvinceCode: int
    ProvinceTitle: str | None = None
    DistrictCode: int | None = None
    DistrictTitle: str | None = None
    Address: str
    Email: str | None = None


class DocumentMessage(Sent):
    """A dossier announced to the post. The values of ``State`` are not published."""

    CustomerCode: str
    OrderNumber: str
    Procedure: DocumentProcedure
    IsSendDocument: bool
    DocumentSender: DocumentPerson | None = None
    IsReceiveResult: bool
    ResultReceiver: DocumentPerson | None = None
    State: int = 0


class PricePlace(Sent):
    provCode: int
    distCode: int = 0


class PriceQuestion(Sent):
    """A request for a price. ``weight``: gram, as far as is known."""

    weight: Annotated[int, Field(gt=0)]
    mainSrv: str = "HCC"
    isreturn: int = 1
    sender: PricePlace
    receiver: PricePlace


class ClsNotice(Sent):
    """The notice to the Hanoi post that a result is ready. ``NgayTiepNhan``: MM/dd/yyyy.
    ``LePhi``: left out when it is not known."""

    optional: ClassVar[frozenset[str]] = frozenset({"LePhi"})

    dossierId: int | str
    MaThuTuc: str
    TenThuTuc: str
    MaHoSo: str
    LePhi: int | None = None
    ChuHoSo: str
    NguoiNop: str
    CMT: str = ""
    DiaChi: str
    NgayTiepNhan: str = ""
    DiaChiBC: str = ""


class FeedEvent(Private):
    """One event of the feed, without MongoDB's type wrappers. ``Notes`` holds names of people and
    is not read."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: Any = Field(None, alias="_id")
    OrderNumber: Scalar | None = None
    EventTime: Any = None
    POSID: Scalar | None = None
    ItemCode: Scalar | None = None
    StatusCode: Scalar | Real | None = None
    StatusMessage: Scalar | None = None
