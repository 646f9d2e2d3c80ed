"""Certificates: a private authority is trusted only as ca_file."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from khop.errors import Unreachable
from tests.connectors.scripted import TransportTo


def write_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "h99.example.vn")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        certificate.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return write_certificate(tmp_path)


@pytest.fixture
def url(pem: Path) -> Iterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            raw, _ = listener.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(raw, server_side=True) as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        except OSError:
            raw.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    thread.join()


def test_an_unknown_authority_is_refused_with_advice(transport_to: TransportTo, url: str) -> None:
    with pytest.raises(Unreachable, match="ca_file"):
        transport_to().call("op", "POST", url, write=True, attempts=1)


def test_the_authority_of_ca_file_is_trusted(
    transport_to: TransportTo, url: str, pem: Path
) -> None:
    assert transport_to(ca_file=pem).call("op", "GET", url, attempts=1).json() == []


@pytest.fixture
def old_url() -> Iterator[str]:
    """A server with a TLS handshake of before RFC 5746, which then closes the connection."""
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2f" + b"\x00"
    hello = b"\x02" + len(body).to_bytes(3, "big") + body
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            raw, _ = listener.accept()
        except OSError:
            return
        with raw:
            raw.recv(65536)
            raw.sendall(b"\x16\x03\x03" + len(hello).to_bytes(2, "big") + hello)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    thread.join()


@pytest.mark.parametrize("legacy", [False, True])
def test_an_old_handshake_is_accepted_only_with_legacy_tls(
    transport_to: TransportTo, old_url: Any, legacy: Any
) -> None:
    with pytest.raises(Unreachable) as caught:
        transport_to(legacy_tls=legacy).call("op", "GET", old_url, attempts=1)
    refused = "UNSAFE_LEGACY_RENEGOTIATION_DISABLED" in str(caught.value)
    assert refused is not legacy
    assert ("legacy_tls" in str(caught.value)) is refused
