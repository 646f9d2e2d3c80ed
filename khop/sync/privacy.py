"""The installation's key, and what is derived from it: matching keys and encrypted payloads.

The key is a file beside khop.toml, never in the ledger: the ledger alone is not enough to match a
person or read a quarantined record.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from khop.errors import ConfigError, LedgerError

#: A larger payload is not kept: its record can be read again from its source.
MAX_PAYLOAD_BYTES = 256 * 1024


def ensure_key(path: Path) -> bool:
    """Make the installation's key if there is none. Returns True when it made one.

    Raises ConfigError when the place cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(
            f"the key file {path} cannot be made ({error.strerror}); choose a writable place",
            key="privacy.key_file",
        ) from None
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return True


class Privacy:
    """Keys derived from the installation's secret. Raises ConfigError when it cannot be read."""

    def __init__(self, path: Path) -> None:
        try:
            secret = path.read_text("ascii").strip().encode()
        except FileNotFoundError:
            raise ConfigError(
                f"the key file {path} is missing; run `khop init` to make one, or restore "
                "your copy if this ledger is not new",
                key="privacy.key_file",
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"the key file {path} cannot be read ({type(error).__name__}); "
                "check its permissions",
                key="privacy.key_file",
            ) from None
        if len(secret) < 32:
            raise ConfigError(
                f"the key file {path} is too short to be a key; restore your copy of it",
                key="privacy.key_file",
            )
        self.matching_key = _derived(secret, b"khop matching key")
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(secret, b"khop payload key")))

    def seal(self, payload: object) -> bytes | None:
        """The payload encrypted, or None when there is none, or it is too large or not JSON."""
        if payload is None:
            return None
        try:
            text = json.dumps(payload, ensure_ascii=False).encode()
        except (TypeError, ValueError, RecursionError):
            return None
        return self._fernet.encrypt(text) if len(text) <= MAX_PAYLOAD_BYTES else None

    def unseal(self, sealed: bytes) -> object:
        """The payload. Raises LedgerError when it was sealed with another key."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise LedgerError(
                "a quarantined record was encrypted with another key; restore that key file"
            ) from None


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, purpose, hashlib.sha256).digest()
