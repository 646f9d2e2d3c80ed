"""``[sources.NAME]`` with ``adapter = "population"``: the login, and the form of each request
(docs/systems/population.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from khop.adapters.settings import AnswerOverrides, HttpSettings, Secret
from khop.connectors.population import BirthForm, DateForm
from khop.connectors.population.reading import ANSWER_NAMESPACES

_SERVICE, _CONTRACTOR = "http://dancuquocgia.bca", "http://gtel.vn/qldc"
_HEAD = ("MaYeuCau", "MaDVC", "MaTichHop")
_PERSON = ("SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh")


class OperationSettings(BaseModel):
    """One operation's request; deployments differ in each of these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[
        str,
        Field(description="Service number (MaTichHop) from the gateway; text, with its zeros."),
    ] = ""
    fields: Annotated[
        tuple[str, ...],
        Field(
            description="Elements in the gateway's order; an element without a value is left out."
        ),
    ] = (*_HEAD, "MaCanBo", "MaDonVi", *_PERSON)
    namespace: Annotated[str, Field(description="XML namespace of the request.")] = _SERVICE
    prefix: Annotated[str, Field(description="Prefix written for it.")] = "dan"
    birth: Annotated[
        BirthForm, Field(description="nested: a group with Nam or NgayThangNam; flat: text.")
    ] = BirthForm.NESTED
    date: Annotated[DateForm, Field(description="How a whole birth date is written.")] = (
        DateForm.COMPACT
    )
    empty_number: Annotated[
        bool, Field(description="Send the unknown number as an empty element.")
    ] = False
    name: Annotated[
        Literal["joined", "spaced"],
        Field(description="joined: TRANTHIMAILAN; spaced: TRAN THI MAI LAN."),
    ] = "joined"
    path: Annotated[str, Field(description="Path after url, where each operation has its own.")] = (
        ""
    )


class AuthenticateSettings(OperationSettings):
    """XacThucThongTinCongDan: whether number, name and birth date belong together."""

    code: Annotated[
        str, Field(description="Service number (MaTichHop); 033 and 003 were seen.")
    ] = "033"


class LookUpSettings(OperationSettings):
    """TraCuuThongTinCongDan: the record of one person."""

    code: Annotated[str, Field(description="Service number (MaTichHop).")] = "037"


class RelativesSettings(OperationSettings):
    """XacMinhThongTinNhanThan: a person with the parents."""

    fields: Annotated[tuple[str, ...], Field(description="Elements in the gateway's order.")] = (
        *_HEAD,
        "MaDonVi",
        "MaCanBo",
        *_PERSON,
    )
    namespace: Annotated[str, Field(description="XML namespace of the request.")] = _CONTRACTOR
    prefix: Annotated[str, Field(description="Prefix written for it.")] = "qldc"
    birth: Annotated[
        BirthForm, Field(description="nested: a group with Nam or NgayThangNam; flat: text.")
    ] = BirthForm.FLAT
    date: Annotated[DateForm, Field(description="How a whole birth date is written.")] = (
        DateForm.DASHED
    )
    empty_number: Annotated[
        bool, Field(description="Send the unknown number as an empty element.")
    ] = True


class HouseholdSettings(OperationSettings):
    """CungCapThongTinHoGiaDinh: the members of a household.

    Only the name of the operation is known, the rest is assumed.
    """


class PopulationSettings(HttpSettings):
    """``[sources.NAME]`` with ``adapter = "population"``."""

    url: Annotated[str, Field(description="Address of the gateway.")]
    auth: Annotated[
        Literal["c06", "lgsp", "wso2", "json_pascal", "json_camel"],
        Field(
            description="How calls are authorised. c06: each call signed; lgsp, wso2: a token; "
            "json_pascal, json_camel: a province's JSON front."
        ),
    ] = "c06"
    username: Annotated[
        str, Field(description="Account: of c06, or the key (AccessKey, consumer key) of a token.")
    ] = ""
    secret: Annotated[
        Secret | None, Field(description="Its secret: { env = … } or { file = … }.")
    ] = None
    sign_path: Annotated[
        str | None,
        Field(description="c06: the path that is signed, as the service itself knows it."),
    ] = None
    timestamp_unit: Annotated[
        Literal["ms", "s"], Field(description="c06: unit of the timestamp; gateways differ.")
    ] = "ms"
    headers: Annotated[
        Mapping[str, str],
        Field(description="Further headers of each question: X-Road-Client, ESB_SOURCE_TYPE …"),
    ] = {}
    api_key: Annotated[
        Secret | None, Field(description="Value of the header ApiKey, where it is required.")
    ] = None
    token_url: Annotated[
        str | None, Field(description="Where tokens are issued: lgsp, wso2 and the JSON fronts.")
    ] = None
    app_name: Annotated[str, Field(description="lgsp: AppName.")] = ""
    partner_code: Annotated[str, Field(description="lgsp: PartnerCode.")] = ""
    partner_code_cus: Annotated[str, Field(description="lgsp: PartnerCodeCus.")] = ""
    service_account: Annotated[
        str, Field(description="lgsp: account in AuthHash. json_camel: userNameService.")
    ] = ""
    service_secret: Annotated[
        Secret | None, Field(description="lgsp: the secret of that account.")
    ] = None
    answer_path: Annotated[
        str, Field(description="json_camel: keys that lead to the answer, such as data.result.")
    ] = ""
    unit_code: Annotated[str, Field(description="The agency's code (MaDonVi), as H99.01.")] = ""
    officers: Annotated[
        Mapping[str, str],
        Field(description="Account of an officer to MaCanBo, where they differ."),
    ] = {}
    phone: Annotated[str, Field(description="Value of SoDienThoai, where it is a field.")] = "0"
    daily_quota: Annotated[
        int, Field(ge=1, description="Questions of one day; as agreed with the police.")
    ] = 1000
    check_with: Annotated[
        Literal["authenticate", "look_up"],
        Field(
            description="authenticate: ask for yes or no; look_up: read the record and compare, "
            "where the gateway has no authentication."
        ),
    ] = "authenticate"
    content_type: Annotated[str, Field(description="Content-Type of the SOAP message.")] = (
        "application/xml"
    )
    soap_action: Annotated[
        str | None, Field(description="The header SOAPAction, quotes included.")
    ] = '""'
    answers: Annotated[
        AnswerOverrides, Field(description="Messages and notes that mean something.")
    ] = AnswerOverrides()
    answer_namespaces: Annotated[
        tuple[str, ...], Field(description="XML namespaces of answers.")
    ] = ANSWER_NAMESPACES
    authenticate: Annotated[AuthenticateSettings, Field(description="The yes-or-no question.")] = (
        AuthenticateSettings()
    )
    look_up: Annotated[LookUpSettings, Field(description="The record of one person.")] = (
        LookUpSettings()
    )
    relatives: Annotated[RelativesSettings, Field(description="A person with the parents.")] = (
        RelativesSettings()
    )
    household: Annotated[HouseholdSettings, Field(description="A household.")] = HouseholdSettings()

    # Each call is logged with the person's name, retries too.
    attempts: Annotated[
        int, Field(ge=1, description="Tries of one question; each counts as a question.")
    ] = 2
    calls_per_second: Annotated[
        float, Field(gt=0, description="Highest rate of calls of one task or command, per second.")
    ] = 2.0
    connections: Annotated[int, Field(ge=1, le=64, description="Calls in flight at once.")] = 2
    max_answer_mb: Annotated[
        float, Field(gt=0, le=256, description="Longest answer taken, in MiB.")
    ] = 2.0
