"""``[sources.NAME]`` with ``adapter = "vnpost"``, and what sources of postal events share
(docs/systems/vnpost.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from khop.adapters.settings import AnswerOverrides, HttpSettings, Secret
from khop.connectors.vnpost import NgspDeployment
from khop.connectors.vnpost.client import OPERATIONS
from khop.connectors.vnpost.feed import LARGEST_PAGE
from khop.mappings.vnpost.mapping import OrderNumbers

Operation = Literal["order", "cancel", "tracking", "document", "price"]
Channel = Literal["ngsp", "myvnpost", "parcel", "third"]


class PostalCodeSettings(HttpSettings):
    """The keys of every source of postal events, about its event codes and order numbers."""

    codes: Annotated[
        Channel,
        Field(
            description="The list that gives the meaning of event codes. ngsp: the administrative "
            "post; myvnpost; parcel: the older parcel interface; third: a list in which 90 means "
            "delivered."
        ),
    ] = "ngsp"
    delivered_codes: Annotated[
        tuple[int, ...] | None,
        Field(description="Codes that mean delivered, in place of the list's own."),
    ] = None
    handed_codes: Annotated[
        tuple[int, ...] | None,
        Field(description="Codes that mean handed to the post, in place of the list's own."),
    ] = None
    answers: Annotated[
        AnswerOverrides, Field(description="Messages of the post that mean something.")
    ] = AnswerOverrides()
    collect_suffix: Annotated[
        str,
        Field(description="Ending of order numbers that bring papers in, such as -G, if agreed."),
    ] = ""
    return_suffix: Annotated[
        str, Field(description="Ending of order numbers that return a result, such as -T.")
    ] = ""

    def order_numbers(self) -> OrderNumbers:
        """How order numbers are made from dossier codes."""
        return OrderNumbers(self.collect_suffix, self.return_suffix)


class OfficeSettings(BaseModel):
    """The office that hands papers to the post and receives them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(description="Its name, as it stands on the envelope.")] = ""
    address: Annotated[str, Field(description="Its address.")] = ""
    phone: Annotated[str, Field(description="Its telephone number.")] = ""
    email: Annotated[str, Field(description="Its e-mail address, if any.")] = ""
    province: Annotated[int, Field(ge=0, description="The post's number of its province.")] = 0
    district: Annotated[
        int, Field(ge=0, description="The post's number of its district; 0 if there is none.")
    ] = 0


class ClsSettings(BaseModel):
    """The Hanoi post's notice that a result is ready."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str | None, Field(description="The whole address; without it, no notice.")] = (
        None
    )
    username: Annotated[str, Field(description="Account there.")] = ""
    password: Annotated[
        Secret | None, Field(description="Its password: { env = … } or { file = … }.")
    ] = None
    post_office: Annotated[str, Field(description="Address of the post office (DiaChiBC).")] = ""


class VnpostSettings(PostalCodeSettings):
    """``[sources.NAME]`` with ``adapter = "vnpost"``."""

    access: Annotated[
        Literal["ngsp", "lgsp_key", "lgsp_tttt", "front"],
        Field(
            description="How calls are authorised. ngsp: consumer key and secret; lgsp_key: "
            "key_token; lgsp_tttt: key and secret, and service codes; front: access_token."
        ),
    ] = "ngsp"
    token_url: Annotated[
        str | None, Field(description="The whole address of the token endpoint; front has none.")
    ] = None
    tracking_url: Annotated[
        str,
        Field(description="The whole address of the feed; on a bus with its ?service=NAME."),
    ]
    order_url: Annotated[str | None, Field(description="Where orders are posted.")] = None
    cancel_url: Annotated[str | None, Field(description="Where orders are cancelled.")] = None
    document_url: Annotated[str | None, Field(description="Where dossiers are announced.")] = None
    price_url: Annotated[str | None, Field(description="Where prices are asked for.")] = None
    consumer_key: Annotated[str, Field(description="Key of the account at the gateway.")] = ""
    consumer_secret: Annotated[
        Secret | None, Field(description="Its secret: { env = … } or { file = … }.")
    ] = None
    key_token: Annotated[
        Secret | None, Field(description="Key token, for lgsp_key: { env = … } or { file = … }.")
    ] = None
    access_token: Annotated[
        Secret | None, Field(description="Fixed token, for front: { env = … } or { file = … }.")
    ] = None
    token_header: Annotated[
        str, Field(description="Header that carries the fixed token of a front.")
    ] = "access_token"
    service_code: Annotated[
        str, Field(description="Value of the header service-code, for lgsp_tttt.")
    ] = "vnpost_post_order"
    service_codes: Annotated[
        Mapping[Operation, str],
        Field(description="service-code of single operations, where it differs."),
    ] = {}
    customer_code: Annotated[str, Field(description="The agency's customer number at VNPost.")]
    page_size: Annotated[
        int, Field(ge=2, le=LARGEST_PAGE, description="Events of the feed asked for at once.")
    ] = 500
    description_length: Annotated[
        int | None,
        Field(ge=40, description="Longest SenderDesc, in characters; first papers are left out."),
    ] = None
    send_identity_number: Annotated[
        bool, Field(description="Whether orders and notices hold the applicant's identity number.")
    ] = False
    flag_config: Annotated[
        int | None, Field(description="FlagConfig of orders, where the deployment requires it.")
    ] = None
    provinces: Annotated[
        Mapping[str, int],
        Field(description="The post's number of each province, such as { 'Hà Nội' = 10 }."),
    ] = {}
    districts: Annotated[
        Mapping[str, int],
        Field(description="The post's number of each district: 'Province/District' or its name."),
    ] = {}
    office: Annotated[OfficeSettings, Field(description="The office, for orders.")] = (
        OfficeSettings()
    )
    cls: Annotated[ClsSettings, Field(description="The notice of the Hanoi post.")] = ClsSettings()

    def deployment(self) -> NgspDeployment:
        """The addresses of the operations that are given."""
        urls = {operation: getattr(self, f"{operation}_url") for operation in OPERATIONS}
        given = {operation: url for operation, url in urls.items() if url}
        return NgspDeployment(given, self.customer_code)
