"""What `khop check` says of the files and addresses of khop.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.config.adapters import adapter_types
from khop.config.installation_check import remarks
from khop.config.load import load_config

CONFIG = """
[province]
name = "Tỉnh Mẫu"
code = "H99"
{more}
[sources.igate]
adapter = "igate"
role = "one_stop"
base_url = "{url}"
token_url = "https://motcua.example.vn/token"
client_id = "svc"
client_secret = {{ file = "secret" }}
{igate}
"""


def found(
    folder: Path, *, url: str = "https://motcua.example.vn", more: str = "", igate: str = ""
) -> list[tuple[str, str, bool]]:
    path = folder / "khop.toml"
    path.write_text(CONFIG.format(url=url, more=more, igate=igate), "utf-8")
    return [
        (each.key, each.where.removeprefix(f"{folder}/"), each.grave)
        for each in remarks(load_config(path, adapter_types()))
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("secret", "khop.key", "khop.db"):
        (tmp_path / name).write_text("x", "utf-8")
        (tmp_path / name).chmod(0o600)
    return tmp_path


def test_nothing_is_said_of_a_safe_installation(folder: Path) -> None:
    assert found(folder) == []


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o602, 0o666])
@pytest.mark.parametrize(
    ("name", "key", "where"),
    [
        ("secret", "secret_readable", "sources.igate.client_secret"),
        ("khop.key", "key_readable", "khop.key"),
        ("khop.db", "ledger_readable", "khop.db"),
        ("khop.db-wal", "ledger_readable", "khop.db-wal"),
    ],
)
def test_a_file_that_others_may_read_is_told(
    name: str, key: str, where: str, mode: int, folder: Path
) -> None:
    (folder / name).touch()
    (folder / name).chmod(mode)
    assert (key, where, True) in found(folder)


def test_a_link_to_a_file_that_others_may_read_is_told(folder: Path) -> None:
    (folder / "elsewhere").write_text("x", "utf-8")
    (folder / "elsewhere").chmod(0o644)
    (folder / "secret").unlink()
    (folder / "secret").symlink_to(folder / "elsewhere")
    assert found(folder) == [("secret_readable", "sources.igate.client_secret", True)]


@pytest.mark.parametrize(("mode", "told"), [(0o640, False), (0o660, True), (0o644, True)])
def test_with_a_group_its_members_may_read_and_not_write(
    mode: int, told: bool, folder: Path
) -> None:
    (folder / "khop.db").chmod(mode)
    assert bool(found(folder, more='[files]\ngroup = "root"')) is told


@pytest.mark.parametrize(
    "url", ["http://motcua.example.vn", "http://10.0.0.5:8080/igate", "HTTP://motcua.example.vn"]
)
def test_an_address_in_the_clear_is_told(url: str, folder: Path) -> None:
    assert found(folder, url=url) == [("clear_text", "sources.igate.base_url", False)]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost/x", "http://[::1]:8000", "http://127.9.9.9"]
)
def test_an_address_on_this_machine_is_not(url: str, folder: Path) -> None:
    assert found(folder, url=url) == []


@pytest.mark.parametrize(
    "proxy",
    [
        "http://a:mat-khau@proxy.example.vn:3128",
        "https://a:mat-khau@proxy.example.vn",
        "socks5://a:b@10.0.0.1",
    ],
)
def test_a_password_in_a_proxy_is_told(proxy: str, folder: Path) -> None:
    told = found(folder, igate=f'proxy = "{proxy}"')
    assert told == [("password_in_url", "sources.igate.proxy", True)]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+psycopg://khop:mat-khau@db.example.vn/khop", True),
        ("postgresql://khop@db.example.vn/khop?password=mat-khau", True),
        ("postgresql://db/khop?user=a&PASSWORD=b", True),
        ("postgresql+psycopg://khop@db.example.vn/khop?sslmode=verify-full", False),
    ],
)
def test_a_password_in_the_url_of_the_ledger_is_told(url: str, told: bool, folder: Path) -> None:
    expected = [("password_in_url", "ledger.url", True)] if told else []
    assert found(folder, more=f'[ledger]\nurl = "{url}"') == expected
