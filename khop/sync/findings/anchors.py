"""Anchors of the audit log: its head, noted where whoever changes the ledger does not reach.

Each reconcile adds a line, ``TIME NUMBER:DIGEST``, to the file that ``[log]`` of khop.toml names,
and a notice for the next ``khop notify``. ``khop log verify`` compares the log with the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from khop.config.model import Config
from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger, audit_log, notices
from khop.sync.ledger.audit_log import Head, read_head
from khop.sync.ledger.sealed.chain import Problems
from khop.text.digest import hex_digest
from khop.text.local_time import local_text

#: An anchor that somebody noted, and where.
Noted = tuple[str, Head]


def write_anchors(ledger: Ledger, config: Config, clock: Callable[[], datetime]) -> None:
    """Note the head of the log where khop.toml says. Raises KhopError when the file cannot be
    written; the ledger is as it was then."""
    settings = config.log
    if settings.anchor_file is None and not settings.anchor_notice:
        return
    now_us = Instant.of(clock()).us
    with ledger.read() as connection:
        head = audit_log.head(connection)
    if settings.anchor_notice:
        _write_notice(ledger, head, now_us)
    if settings.anchor_file is not None:
        path = config.base_dir / settings.anchor_file
        try:
            _add_line(path, f"{local_text(now_us)} {head}\n", config)
        except OSError as error:
            raise KhopError(
                f"the findings are written, but the anchor of the audit log cannot be written to "
                f"{path} ({error.strerror}): make it writable, or name another file in "
                "log.anchor_file of khop.toml, and run `khop reconcile` again"
            ) from None


def anchors_to_check(config: Config, given: str | None, problems: Problems) -> list[Noted]:
    """The anchor that a person gives, and those of the file. Lines that are none, and a file that
    is missing, are problems. Raises KhopError when ``given`` is no anchor."""
    found = [] if given is None else [(given, read_head(given))]
    if config.log.anchor_file is None:
        return found
    path = config.base_dir / config.log.anchor_file
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        problems.add("no_anchors", place=str(path))
        return found
    for number, line in enumerate(lines, 1):
        place = f"{path}:{number}"
        try:
            found.append((place, read_head(line.split()[-1])))
        except (KhopError, IndexError):
            problems.add("anchor_unreadable", place=place)
    return found


def _write_notice(ledger: Ledger, head: Head, now_us: int) -> None:
    """The notice of a head; the id is that of the head, so it is written once."""
    notice_id = hex_digest(f"anchor {head}".encode())
    content = {
        "id": notice_id,
        "made_at": local_text(now_us),
        "log_head": str(head),
        "findings": [],
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    with ledger.write() as connection:
        notices.add_once(connection, notice_id, body, now_us)


def _add_line(path: Path, line: str, config: Config) -> None:
    """Add a whole line and see it on the disk."""
    new = not path.exists()
    cut = not new and path.read_bytes()[-1:] not in (b"\n", b"")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, (f"\n{line}" if cut else line).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        config.files.settle(path)
