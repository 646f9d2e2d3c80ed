"""``[alarms]`` of khop.toml: half a configuration, or an unsafe one, is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.config.installation_check import remarks
from khop.errors import ConfigError
from tests.config.written import load

MAIL = 'host = "mail.example.vn"\nsender = "khop@example.vn"\nto = ["cntt@example.vn"]\n'


def test_nothing_is_told_to_anybody_by_default(tmp_path: Path) -> None:
    assert load(tmp_path, "").alarms.channels == ()


def test_every_way_that_is_configured_is_a_channel(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        '[alarms]\nurl = "https://a.example.vn/khop"\nsecret = { file = "s" }\n'
        f'command = ["/bin/true"]\n[alarms.email]\n{MAIL}',
    )
    assert config.alarms.channels == ("email", "webhook", "command")


@pytest.mark.parametrize(
    ("more", "port"),
    [("", 587), ('security = "tls"', 465), ('security = "none"', 25), ("port = 2525", 2525)],
)
def test_the_port_follows_from_the_kind_of_connection(more: str, port: int, tmp_path: Path) -> None:
    assert load(tmp_path, f"[alarms.email]\n{MAIL}{more}").alarms.email.port_in_use == port


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[alarms]\nurl = "https://a.example.vn"', "name both the url and the secret"),
        ('[alarms]\nsecret = { file = "s" }', "name both the url and the secret"),
        (
            '[alarms]\nurl = "http://a.example.vn"\nsecret = { file = "s" }',
            "notices leave this machine only over https",
        ),
        ('[alarms]\ncommand = ["send-sms"]', "write the whole path of the program"),
        ('[alarms]\ndead_man_url = "a.example.vn"', "write the whole address"),
        ("[alarms]\nremind_hours = 0.5", "remind_hours"),
        ("[alarms]\nlate_after = { igate = 0 }", "late_after.igate"),
        ('[alarms.email]\nhost = "mail.example.vn"', "name the sender"),
        ('[alarms.email]\nto = ["cntt@example.vn"]', "there is no mail server"),
        (f'[alarms.email]\n{MAIL}user = "khop"', "user and password belong together"),
        (
            f'[alarms.email]\n{MAIL}user = "khop"\npassword = {{ file = "p" }}\nsecurity = "none"',
            "a password leaves this machine only with tls or starttls",
        ),
        (f'[alarms.email]\n{MAIL}password = "geheim"', "do not write a secret in khop.toml"),
        (MAIL.join(["[alarms.email]\n", 'sendr = "x"']), "did you mean sender?"),
        ('[alarms.email]\nsender = "a@b\\nBcc: c@d"', "alarms.email.sender"),
    ],
)
def test_half_or_unsafe_settings_are_refused(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=sentence.replace("?", r"\?")):
        load(tmp_path, text)


def test_a_password_may_go_unencrypted_to_a_mail_server_on_this_machine(tmp_path: Path) -> None:
    text = MAIL.replace("mail.example.vn", "localhost")
    more = 'user = "khop"\npassword = { file = "p" }\nsecurity = "none"'
    assert load(tmp_path, f"[alarms.email]\n{text}{more}").alarms.channels == ("email",)


def _found(folder: Path, text: str) -> list[tuple[str, bool]]:
    return [(one.key, one.grave) for one in remarks(load(folder, text))]


def test_the_check_warns_of_e_mail_in_the_clear(tmp_path: Path) -> None:
    mail = f'[alarms.email]\n{MAIL}security = "none"'
    assert _found(tmp_path, mail) == [("mail_in_the_clear", False)]
    assert _found(tmp_path, mail.replace("mail.example.vn", "127.0.0.1")) == []


def test_the_check_finds_a_command_that_cannot_be_started_or_that_others_may_change(
    tmp_path: Path,
) -> None:
    program = tmp_path / "send-sms"
    text = f"[alarms]\ncommand = ['{program}', 'cntt']"
    assert _found(tmp_path, text) == [("alarm_command", True)]
    program.touch(mode=0o700)
    assert _found(tmp_path, text) == []
    program.chmod(0o722)
    assert _found(tmp_path, text) == [("alarm_command_writable", True)]


def test_the_check_finds_secrets_and_certificates_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        '[alarms]\nurl = "https://a.example.vn/khop"\nsecret = { env = "KHOP_ALARMS" }\n'
        f'ca_file = "ca.pem"\n[alarms.email]\n{MAIL}user = "khop"\npassword = {{ file = "p" }}'
    )
    found = [(one.key, one.where) for one in remarks(load(tmp_path, text))]
    assert found == [
        ("alarm_file", "alarms.ca_file"),
        ("alarm_secret", "alarms.email.password"),
        ("alarm_secret", "alarms.secret"),
    ]
    monkeypatch.setenv("KHOP_ALARMS", "a secret of both sides")
    for name in ("p", "ca.pem"):
        (tmp_path / name).write_text("x", "utf-8")
        (tmp_path / name).chmod(0o600)
    assert _found(tmp_path, text) == []
