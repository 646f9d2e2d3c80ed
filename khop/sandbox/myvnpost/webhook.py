"""Signs the webhook calls of the commercial post (docs/systems/vnpost.md)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_PREFIX = "MYVNP"


class WebhookSigner:
    """A signer with a new key pair."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)

    @property
    def public_key(self) -> str:
        """The public key as PEM."""
        key = self._key.public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def body(self, items: Sequence[Mapping[str, Any]], sent: str) -> dict[str, Any]:
        """The body of one call. ``items``: orders with ``itemCode`` and ``status``. ``sent``: the
        time as dd/MM/yyyy HH:mm:ss. Only the first item is signed, as the post does.

        Raises ValueError without an item.
        """
        if not items:
            raise ValueError("give at least one item: the first one is signed")
        signed = f"{_PREFIX}{sent}{items[0]['itemCode']}{items[0]['status']}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return {
            "data": [dict(item) for item in items],
            "sendDate": sent,
            "signature": base64.b64encode(signature).decode(),
        }
