"""The installation's key, and what is derived from it: matching keys, encrypted payloads, and the
seal of the audit log.

The key is a file beside khop.toml, never in the ledger: the ledger alone is not enough to match a
person, to read a quarantined record or to write an entry of the audit log. The ledger holds the
key's fingerprint, so that another key is refused.

After ``khop key rotate`` the file has the new secret, and below it each earlier one as
``before: SECRET``. Earlier secrets are needed for two things: a matching key is made with all
secrets one after the other (``mappings.identity``), so that stored ones can be carried over
without the data they were made of; and older entries of the audit log were sealed with them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import tempfile
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from secrets import token_hex

from cryptography.fernet import Fernet, InvalidToken

from khop.errors import ConfigError, LedgerError

#: A larger payload is not kept: its record can be read again from its source.
MAX_PAYLOAD_BYTES = 256 * 1024
#: The shortest secret, in characters.
SHORTEST_KEY = 32

_BEFORE = "before:"
_KEY = "privacy.key_file"


class Privacy:
    """What is derived from the installation's secrets.

    ``secrets``: oldest first; those of the file when left out. ``pending``: the file has a newer
    one, which the ledger does not use yet. Raises ConfigError when the file cannot be read.

    ``fingerprint`` names the secret in use, and says nothing about it. ``chain`` has the keys of
    the audit log by fingerprint, oldest first; ``chain_key`` is the one in use. ``matching_key`` is
    for ``mappings.identity``.
    """

    def __init__(
        self, path: Path, secrets: Sequence[bytes] | None = None, *, pending: bool = False
    ) -> None:
        known = _read_secrets(path) if secrets is None else secrets
        self.path = path
        self.pending = pending
        self._secrets = tuple(known)
        self.chain: Mapping[str, bytes] = {
            fingerprint_of(each): _derived(each, b"khop audit log key") for each in known
        }
        self.fingerprint = fingerprint_of(known[-1])
        self.chain_key = self.chain[self.fingerprint]
        self.matching_key = b"".join(_matching(each) for each in known)
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(known[-1], b"khop payload key")))

    def as_of(self, fingerprint: str) -> Privacy:
        """The same, with the secret of this fingerprint in use: that of the ledger, when the file
        has a newer one because a rotation was stopped half-way, or the ledger comes from an older
        backup.

        Raises ConfigError when the file has no such secret.
        """
        names = list(self.chain)
        if fingerprint not in names:
            raise ConfigError(
                f"the ledger was made with another key (fingerprint {fingerprint}, that of "
                f"{self.path} is {self.fingerprint}); restore the copy of that key, or move the "
                "ledger away and run `khop init` for an empty one; if the key is lost for good, "
                "`khop key rotate --lost` keeps findings and decisions",
                key=_KEY,
            )
        used = names.index(fingerprint) + 1
        return Privacy(self.path, self._secrets[:used], pending=used < len(names))

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

    def carry_over(self, after: Privacy, matching: str) -> str:
        """A matching key that was made with these secrets, as ``after``, which has one secret or
        more in addition, makes it of the same person."""
        for secret in after._secrets[len(self._secrets) :]:
            matching = hmac.digest(_matching(secret), matching.encode(), "sha256").hex()
        return matching

    def seal_again(self, after: Privacy, sealed: bytes) -> bytes | None:
        """A sealed payload as ``after`` seals it; None when these secrets do not open it."""
        try:
            return after._fernet.encrypt(self._fernet.decrypt(sealed))
        except InvalidToken:
            return None

    def replaced(self, settle: Callable[[Path], None]) -> Privacy:
        """Write the file anew with a new secret, and the earlier ones below it.

        The file is replaced whole; ``settle`` gives the new one its mode. Raises ConfigError when
        that fails.
        """
        try:
            _put(self.path, [*self._secrets, _new_secret()], replace=True, settle=settle)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        return Privacy(self.path)


def ensure_key(path: Path) -> bool:
    """Make the installation's key if there is none; an empty file is none. Returns True when it
    made one.

    Call it only for a ledger that no key belongs to yet (``ledger.key_of_ledger``). Raises
    ConfigError when the place cannot be written.
    """
    if has_key(path):
        return False
    try:
        return _put(path, [_new_secret()], replace=path.exists())
    except OSError as error:
        raise _unwritable(path, error) from None


def fingerprint_of(secret: bytes) -> str:
    """The name of a secret: 16 hexadecimal digits."""
    return _derived(secret, b"khop key fingerprint").hex()[:16]


def _new_secret() -> bytes:
    return token_hex(32).encode()


def _read_secrets(path: Path) -> list[bytes]:
    """The secrets of the file, oldest first. Raises ConfigError."""
    try:
        text = path.read_bytes().decode("utf-8-sig").encode().decode("ascii")
    except FileNotFoundError:
        raise ConfigError(
            f"the key file {path} is missing; run `khop init` to make one, or restore "
            "your copy if this ledger is not new",
            key=_KEY,
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the key file {path} cannot be read ({type(error).__name__}); check its permissions",
            key=_KEY,
        ) from None
    lines = text.strip().splitlines()
    before = [line.removeprefix(_BEFORE).strip() for line in lines if line.startswith(_BEFORE)]
    newest = "\n".join(line for line in lines if not line.startswith(_BEFORE)).strip()
    known = [secret.encode() for secret in (*reversed(before), newest)]
    if min(map(len, known)) < SHORTEST_KEY:
        state = "empty" if not text.strip() else "too short to be a key"
        raise ConfigError(f"the key file {path} is {state}; restore your copy of it", key=_KEY)
    return known


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"the key file {path} cannot be made ({error.strerror}); choose a writable place", key=_KEY
    )


def _put(
    path: Path,
    known: Sequence[bytes],
    *,
    replace: bool,
    settle: Callable[[Path], None] = lambda path: None,
) -> bool:
    """Write the file whole, for its owner alone, and see it on the disk. Without ``replace``,
    False when another process made one meanwhile."""
    newest, *before = [secret.decode() for secret in reversed(known)]
    text = "".join(f"{line}\n" for line in (newest, *(f"{_BEFORE} {each}" for each in before)))
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        settle(Path(name))
        if replace:
            Path(name).replace(path)
        else:
            os.link(name, path)
    except FileExistsError:
        return False
    finally:
        Path(name).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def has_key(path: Path) -> bool:
    """Whether there is a file that is not empty; reading it as a key says whether it is one."""
    try:
        return bool(path.read_bytes().removeprefix(BOM_UTF8).strip(b"\0 \t\r\n"))
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _matching(secret: bytes) -> bytes:
    return _derived(secret, b"khop matching key")


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, purpose, hashlib.sha256).digest()
