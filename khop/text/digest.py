"""Digests that tell whether a content changed. They are stored in the ledger and in plans."""

from __future__ import annotations

from hashlib import blake2b


def hex_digest(content: bytes) -> str:
    """BLAKE2b of 16 bytes, as 32 hexadecimal digits."""
    return blake2b(content, digest_size=16).hexdigest()
