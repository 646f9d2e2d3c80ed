"""``[sources.NAME]`` with ``adapter = "myvnpost"`` (docs/systems/vnpost.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from khop.adapters.settings import Secret
from khop.adapters.vnpost.settings import Channel, PostalCodeSettings
from khop.connectors.myvnpost import MyVnpostAccount, MyVnpostDeployment


class MyVnpostSettings(PostalCodeSettings):
    """``[sources.NAME]`` with ``adapter = "myvnpost"``."""

    codes: Annotated[Channel, Field(description="The list that gives the meaning of states.")] = (
        "myvnpost"
    )
    base_url: Annotated[str, Field(description="The host, such as https://connect-my.vnpost.vn.")]
    path_prefix: Annotated[
        str, Field(description="Beginning of every path; empty where there is none.")
    ] = "/customer-partner"
    username: Annotated[str, Field(description="Account.")]
    password: Annotated[Secret, Field(description="Its password: { env = … } or { file = … }.")]
    customer_code: Annotated[str, Field(description="Customer number.")]
    contract_code: Annotated[str, Field(description="Contract number, written into orders.")] = ""
    session_minutes: Annotated[
        float, Field(gt=0, description="How long a token is used; answers do not tell its expiry.")
    ] = 30.0
    lookup_budget: Annotated[int, Field(ge=0, description="Look-ups that one pull may make.")] = (
        5_000
    )
    legacy_tls: Annotated[
        bool,
        Field(
            description="Accept a server that cannot renegotiate safely (RFC 5746); a risk: set it "
            "only when the connection fails for that reason."
        ),
    ] = False
    webhook_key_file: Annotated[
        Path | None, Field(description="PEM of the key that signs the post's calls to us.")
    ] = None
    webhook_minutes: Annotated[
        float, Field(gt=0, description="Calls signed longer ago are refused as replays.")
    ] = 1440.0

    def deployment(self) -> MyVnpostDeployment:
        """Where the interface is."""
        return MyVnpostDeployment(self.base_url, self.path_prefix, self.session_minutes * 60)

    def account(self, base_dir: Path) -> MyVnpostAccount:
        """The account there. Secret files lie relative to ``base_dir``."""
        password = self.password.revealed_in(base_dir)
        return MyVnpostAccount(self.username, password, self.customer_code, self.contract_code)
