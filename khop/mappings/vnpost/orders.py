"""Dossiers -> messages to the post (docs/systems/vnpost.md).

An order carries papers from Sender to Receiver; collecting and returning differ only in these two.
A value that the post requires and the dossier lacks raises RecordError before anything is sent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from khop.connectors.vnpost.wire import (
    ClsNotice,
    DocumentMessage,
    DocumentPerson,
    DocumentProcedure,
    Order,
)
from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.identity import sendable_number
from khop.mappings.records import Applicant, Attachment, FullDossier, Instant
from khop.mappings.vnpost.mapping import OrderNumbers
from khop.mappings.vnpost.places import Place, PlaceTable
from khop.text.cleaning import clean_text, cut_text
from khop.text.normal_form import normal_form

_TAIL = "..."
_JOINTS = re.compile(r"[;,/]|\s{2,}")
_NOT_DIALLED = re.compile(r"[\s.()\-–]")
_DIALLED = re.compile(r"0\d{8,10}|1[89]00\d{4,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Office:
    """The office that hands papers to the post and receives them. ``place``: the post's numbers."""

    name: str
    address: str
    phone: str
    place: Place
    email: str = ""


@dataclass(frozen=True, slots=True)
class OrderRules:
    """Settings of a deployment for its orders.

    ``longest``: most characters of SenderDesc; None for no limit. ``with_identity``: whether the
    applicant's identity number is sent. ``flag_config``: the deployment's constant.
    """

    customer_code: str
    numbers: OrderNumbers = field(default_factory=OrderNumbers)
    longest: int | None = None
    with_identity: bool = False
    flag_config: int | None = None


@dataclass(frozen=True, slots=True)
class _Party:
    name: str = field(repr=False)
    address: str = field(repr=False)
    phone: str = field(repr=False)
    place: Place
    email: str | None = field(default=None, repr=False)


class OrderMapping:
    """Writes messages to the post for one office."""

    def __init__(self, rules: OrderRules, office: Office, places: PlaceTable) -> None:
        self._rules = rules
        self._office = _Party(
            clean_text(office.name),
            clean_text(office.address),
            phone_number(office.phone, "office.phone"),
            office.place,
            _email(office.email),
        )
        self._places = places

    def collect(
        self, dossier: FullDossier, *, cod_amount: float = 0, item_code: str | None = None
    ) -> Order:
        """An order to fetch the papers from the applicant. ``cod_amount``: đồng to collect.
        ``item_code``: a waybill that was given out before. Raises RecordError."""
        citizen = self._citizen(dossier.applicant)
        description = self._description(dossier, dossier.files, "collect")
        number = self._number(dossier, collecting=True)
        return self._order(number, citizen, self._office, description, cod_amount, item_code)

    def bring_back(
        self, dossier: FullDossier, *, cod_amount: float = 0, item_code: str | None = None
    ) -> Order:
        """An order to bring the result to the applicant, or to another receiver. Parameters as in
        ``collect``."""
        citizen = self._citizen(dossier.receiver or dossier.applicant)
        description = self._description(dossier, dossier.results, "return")
        number = self._number(dossier, collecting=False)
        return self._order(number, self._office, citizen, description, cod_amount, item_code)

    def document(
        self, dossier: FullDossier, *, sends: bool, receives: bool, state: int = 0
    ) -> DocumentMessage:
        """The announcement of a dossier: whether its papers are sent by post, and whether its
        result is received by post. ``state``: its values are not published. Raises
        RecordError."""
        sender = self._person(self._citizen(dossier.applicant)) if sends else None
        to = dossier.receiver or dossier.applicant
        receiver = self._person(self._citizen(to)) if receives else None
        papers = load_table("vnpost_orders")["document"]["joint"].join(_names(dossier.files))
        procedure = DocumentProcedure(
            Code=dossier.record.procedure or "",
            Title=clean_text(dossier.procedure_name),
            Category=clean_text(dossier.sector_name),
            Elements=papers,
        )
        return DocumentMessage(
            CustomerCode=self._rules.customer_code,
            OrderNumber=_code(dossier),
            Procedure=procedure,
            IsSendDocument=sends,
            DocumentSender=sender,
            IsReceiveResult=receives,
            ResultReceiver=receiver,
            State=state,
        )

    def _order(
        self,
        number: str,
        sender: _Party,
        receiver: _Party,
        description: str,
        cod_amount: float,
        item_code: str | None,
    ) -> Order:
        if not (math.isfinite(cod_amount) and cod_amount >= 0):
            raise RecordError("CODAmount", "is not an amount of money")
        return Order(
            CustomerCode=self._rules.customer_code,
            ItemCode=item_code,
            OrderNumber=number,
            CODAmount=cod_amount,
            SenderProvince=sender.place.province,
            SenderDistrict=sender.place.district,
            SenderAddress=sender.address,
            SenderName=sender.name,
            SenderEmail=sender.email,
            SenderTel=sender.phone,
            SenderDesc=description,
            ReceiverName=receiver.name,
            ReceiverAddress=receiver.address,
            ReceiverTel=receiver.phone,
            ReceiverProvince=receiver.place.province,
            ReceiverDistrict=receiver.place.district,
            ReceiverEmail=receiver.email,
            FlagConfig=self._rules.flag_config,
        )

    def _citizen(self, applicant: Applicant) -> _Party:
        address = _required(applicant.address, "applicant.address")
        return _Party(
            _required(applicant.name, "applicant.name"),
            address,
            phone_number(applicant.phone, "applicant.phone"),
            self._places.of_address(address, "applicant.address"),
            _email(applicant.email),
        )

    def _number(self, dossier: FullDossier, *, collecting: bool) -> str:
        return self._rules.numbers.of(_code(dossier), collecting=collecting)

    def _description(self, dossier: FullDossier, papers: Sequence[Attachment], service: str) -> str:
        """SenderDesc. A text that is too long loses papers from the end first; the direction is
        kept, because it is in no other field."""
        words = load_table("vnpost_orders")
        texts, joint = words["description"], words["description"]["joint"]
        head = [texts["code"].format(value=_code(dossier))]
        head += _worded(texts["procedure"], dossier.procedure_name, joint)
        tail = [texts["service"].format(value=words["service"][service])]
        if self._rules.with_identity:
            number = sendable_number(dossier.applicant.identity_number, "SenderDesc")
            tail += _worded(texts["identity"], number, joint)
        listed = [
            texts["paper"].format(number=number, value=_without(joint, name))
            for number, name in enumerate(_names(papers), 1)
        ]
        longest = self._rules.longest or math.inf
        while listed and len(joint.join([*head, *listed, *tail])) > longest:
            listed.pop()
        return _fitted(joint.join(head + listed), joint + joint.join(tail), longest)

    def _person(self, party: _Party) -> DocumentPerson:
        place = party.place
        return DocumentPerson(
            Name=party.name,
            Phone=party.phone,
            ProvinceCode=place.province,
            ProvinceTitle=place.province_name or None,
            DistrictCode=place.district or None,
            DistrictTitle=place.district_name or None,
            Address=party.address,
            Email=party.email,
        )


def cls_notice(
    dossier: FullDossier, *, post_office: str = "", with_identity: bool = False
) -> ClsNotice:
    """ "The result is ready", for the Hanoi post. ``post_office``: its address there.

    Fees that were not read are left out. Raises RecordError.
    """
    record, applicant = dossier.record, dossier.applicant
    native = record.native_id
    fees = dossier.fees
    number = sendable_number(dossier.holder.identity_number, "CMT") if with_identity else ""
    return ClsNotice(
        dossierId=int(native) if native.isascii() and native.isdigit() else native,
        MaThuTuc=record.procedure or "",
        TenThuTuc=clean_text(dossier.procedure_name),
        MaHoSo=_code(dossier),
        LePhi=None if fees is None else sum(fee.amount for fee in fees),
        ChuHoSo=_required(dossier.holder.name, "owner.name"),
        NguoiNop=_required(applicant.name, "applicant.name"),
        CMT=number,
        DiaChi=clean_text(applicant.address),
        NgayTiepNhan=month_first(record.received_at),
        DiaChiBC=clean_text(post_office),
    )


def month_first(instant: Instant | None) -> str:
    """``MM/dd/yyyy`` of Asia/Ho_Chi_Minh; "" for None (docs/systems/vnpost.md)."""
    if instant is None:
        return ""
    return datetime.combine(instant.local_date, datetime.min.time()).strftime("%m/%d/%Y")


def phone_number(written: str, field: str) -> str:
    """A telephone number as dialled within Viet Nam, starting with 0; the first of several.

    Raises RecordError when there is none.
    """
    text = normal_form("NFKC", written)
    for part in _JOINTS.split(text):
        digits = _at_home(_NOT_DIALLED.sub("", part))
        if _DIALLED.fullmatch(digits):
            return digits
    raise RecordError(field, "is not a telephone number")


def _at_home(digits: str) -> str:
    for country in ("+84", "0084"):
        if digits.startswith(country):
            return "0" + digits.removeprefix(country).removeprefix("0")
    if len(digits) in (11, 12) and digits.startswith("84"):
        return "0" + digits.removeprefix("84")
    # A numeric column drops the leading zero of a mobile number.
    return f"0{digits}" if len(digits) == 9 and digits[:1] in "35789" else digits


def _fitted(head: str, tail: str, longest: float) -> str:
    if len(head) + len(tail) <= longest:
        return head + tail
    room = int(longest) - len(tail)
    if room <= len(_TAIL):
        return cut_text(head + tail, int(longest), max(int(longest) - len(_TAIL), 0), _TAIL)
    return cut_text(head, room, room - len(_TAIL), _TAIL) + tail


def _worded(text: str, value: str, joint: str) -> Iterator[str]:
    if clean := _without(joint, value):
        yield text.format(value=clean)


def _without(joint: str, value: str) -> str:
    """``value`` without the text that separates parts, which readers split by."""
    return clean_text(value).replace(joint, joint[:1])


def _names(papers: Sequence[Attachment]) -> list[str]:
    return [name for paper in papers if (name := clean_text(paper.name))]


def _code(dossier: FullDossier) -> str:
    return _required(dossier.record.code, "code")


def _email(text: str) -> str | None:
    return clean_text(text) or None


def _required(text: str, field: str) -> str:
    clean = clean_text(text)
    if not clean:
        raise RecordError(field, "is missing, and the post must have it")
    return clean
