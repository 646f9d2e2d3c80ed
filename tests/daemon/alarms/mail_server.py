"""A mail server on loopback that takes e-mail over SMTP, without or with TLS.

It speaks as much of RFC 5321 as ``smtplib`` asks of it, at the socket, and keeps what it was given.
"""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class MailServer:
    """``refuse``: verbs that are answered with 550. ``tls``: how STARTTLS is answered, and with
    ``at_once`` the whole connection. ``accounts``: users that logged in, with the password."""

    tls: ssl.SSLContext | None = None
    at_once: bool = False
    refuse: set[str] = field(default_factory=set)
    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)


@contextmanager
def mail_server(server: MailServer) -> Iterator[MailServer]:
    class Handler(_Session):
        mail = server

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as opened:
        opened.daemon_threads = True
        server.port = opened.server_address[1]
        thread = threading.Thread(target=opened.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            opened.shutdown()
            thread.join()


class _Session(socketserver.BaseRequestHandler):
    mail: MailServer

    def handle(self) -> None:
        self._encrypted = False
        try:
            if self.mail.at_once:
                self._secure()
            self._file: Any = self.request.makefile("rb")
            self._say("220 mail.example.vn")
            while self._command():
                pass
        except OSError:
            pass  # the other side trusts no certificate, or is gone
        finally:
            self.request.close()

    def _secure(self) -> None:
        assert self.mail.tls is not None
        self.request = self.mail.tls.wrap_socket(self.request, server_side=True)
        self._encrypted = True

    def _say(self, line: str) -> None:
        self.request.sendall(f"{line}\r\n".encode())

    def _command(self) -> bool:
        line = self._file.readline().decode().strip()
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        if verb in self.mail.refuse:
            self._say("550 no")
            return True
        match verb:
            case "":
                return False
            case "EHLO":
                more = ["STARTTLS"] if self.mail.tls and not self._encrypted else []
                self._say("\r\n".join(f"250-{one}" for one in ["mail", *more, "AUTH PLAIN"]))
                self._say("250 OK")
            case "STARTTLS":
                self._say("220 go on")
                self._secure()
                self._file = self.request.makefile("rb")
            case "AUTH":
                _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
                self.mail.accounts.append((user, password))
                self._say("235 OK")
            case "DATA":
                self._say("354 go on")
                self._take()
                self._say("250 OK")
            case "QUIT":
                self._say("221 bye")
                return False
            case _:
                self._say("250 OK")
        return True

    def _take(self) -> None:
        lines = list(iter(self._file.readline, b".\r\n"))
        self.mail.encrypted.append(self._encrypted)
        self.mail.received.append(message_from_bytes(b"".join(lines), policy=policy.default))
