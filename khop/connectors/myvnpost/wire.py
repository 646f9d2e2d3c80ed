"""MyVNPost's messages (docs/systems/vnpost.md)."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import ConfigDict

from khop.connectors.vnpost.wire import Private, Real, Scalar, Sent

#: The district that the post's tables require for an address without one.
TWO_LEVEL_DISTRICT = "VNPOST"


class AddonService(Sent):
    """An additional service: ``GTG021`` cash on delivery, ``GTG008`` declared value."""

    code: str
    propValue: str


class ParcelOrder(Sent):
    """``informationOrder``: sender, receiver and content of a parcel.

    ``saleOrderCode``: our own number. ``weight``: gram, as text. ``sendType`` 2: handed in at a
    post office. ``deliveryTime``: N, S or C. ``deliveryRequire``: 1 the receiver may not inspect
    the content, 2 may.
    """

    optional: ClassVar[frozenset[str]] = frozenset(
        {
            "senderMail",
            "receiverEmail",
            "orgCodeCollect",
            "orgCodeAccept",
            "width",
            "length",
            "height",
            "deliveryTime",
            "deliveryInstruction",
        }
    )

    senderName: str
    senderPhone: str
    senderMail: str | None = None
    senderAddress: str
    senderProvinceCode: str
    senderProvinceName: str
    senderDistrictCode: str = TWO_LEVEL_DISTRICT
    senderDistrictName: str = ""
    senderCommuneCode: str
    senderCommuneName: str
    receiverName: str
    receiverPhone: str
    receiverEmail: str | None = None
    receiverAddress: str
    receiverProvinceCode: str
    receiverProvinceName: str
    receiverDistrictCode: str = TWO_LEVEL_DISTRICT
    receiverDistrictName: str = ""
    receiverCommuneCode: str
    receiverCommuneName: str
    serviceCode: str
    addonService: tuple[AddonService, ...] = ()
    additionRequest: tuple[str, ...] = ()
    orgCodeCollect: str | None = None
    orgCodeAccept: str | None = None
    saleOrderCode: str
    contentNote: str = ""
    weight: str
    width: str | None = None
    length: str | None = None
    height: str | None = None
    vehicle: str = "BO"
    sendType: str = "2"
    isBroken: str = "0"
    deliveryTime: str | None = None
    deliveryRequire: str = "1"
    deliveryInstruction: str | None = None


class HistoryEntry(Private):
    """One entry of ``statusHistory``; the date is dd/MM/yyyy, the hour HH:mm:ss."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    statusCode: Scalar | Real | None = None
    statusName: Scalar | None = None
    createdDate: Any = None
    createHour: Any = None


class OrderHistory(Private):
    """One order of a history answer. It is not published which codes it contains."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    itemCode: Scalar | None = None
    saleOrderCode: Scalar | None = None
    statusHistory: list[HistoryEntry | None] | HistoryEntry | None = None
