"""Messages go out through real channels: a mail server, a receiver of HTTP, a program."""

from __future__ import annotations

import json
import os
import select
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from khop.config.model import Config
from khop.connectors.notices import verify_notice
from khop.daemon.alarms import outgoing
from khop.daemon.alarms.dead_man import DeadMan
from khop.daemon.alarms.names import AlarmName
from khop.daemon.alarms.sending import Sent, send_test, send_waiting
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import alarm_message
from tests.connectors.http.test_transport_tls import write_certificate
from tests.daemon.alarms.channels import (
    NOTHING_LISTENS,
    PASSWORD,
    by_mail,
    posted,
    program,
    raise_alarm,
)
from tests.daemon.alarms.mail_server import MailServer, mail_server
from tests.daemon.told import START
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock
from tests.sync.findings.receiver import SECRET, NoticeReceiver

LEDGERS = BOTH

pytestmark = pytest.mark.usefixtures("same_clock")


def waiting(ledger: Ledger) -> list[tuple[int, str | None]]:
    """(tries, error) of each message that has not gone out."""
    query = sa.select(alarm_message.c.tries, alarm_message.c.error)
    with ledger.read() as connection:
        rows = connection.execute(query.where(alarm_message.c.sent_us.is_(None)))
        return [tuple(row) for row in rows]


def test_several_alarms_go_out_as_one_e_mail_and_once(
    ledger: Ledger, clock: FakeClock, mail: MailServer, configured: Callable[..., Config]
) -> None:
    config = configured(email=by_mail(mail))
    raise_alarm(ledger, config, AlarmName.DISK, AlarmName.CLOCK)
    assert send_waiting(ledger, config, clock) == [Sent("email", 2)]
    assert send_waiting(ledger, config, clock) == []
    (message,) = mail.received
    assert message["Subject"] == "[khop Tỉnh Mẫu] the disk is nearly full (+1)"
    assert message["To"] == "cntt@example.vn, truc@example.vn"
    text = message.get_content()
    assert "The last error: 91 % full" in text
    assert "section “The clock is wrong”" in text


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_e_mail_is_encrypted_and_the_account_is_given(
    security: str,
    ledger: Ledger,
    clock: FakeClock,
    configured: Callable[..., Config],
    tmp_path: Path,
) -> None:
    pem = write_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    account = {"user": "khop", "password": {"file": "password"}, "security": security}
    with mail_server(MailServer(tls=context, at_once=security == "tls")) as server:
        untrusted = configured(email=by_mail(server, **account))
        raise_alarm(ledger, untrusted)
        (failed,) = send_waiting(ledger, untrusted, clock)
        assert failed.error == "the mail server cannot be reached (SSLCertVerificationError)"
        assert (server.received, server.accounts) == ([], [])
        clock.advance(minutes=2)
        trusted = configured(email=by_mail(server, **account), ca_file=str(pem))
        assert send_waiting(ledger, trusted, clock) == [Sent("email", 1)]
    assert server.accounts == [("khop", PASSWORD)]
    assert server.encrypted == [True]


@pytest.mark.parametrize(
    ("verb", "error"),
    [
        ("MAIL", "the mail server refused it (SMTP 550)"),
        ("RCPT", "the mail server takes no e-mail for any of these addresses"),
        ("AUTH", "the mail server refused it (SMTP 550)"),
        ("DATA", "the mail server refused it (SMTP 550)"),
    ],
)
def test_a_mail_server_that_refuses_is_a_sentence_without_the_account(
    verb: str, error: str, clock: FakeClock, mail: MailServer, configured: Callable[..., Config]
) -> None:
    mail.refuse = {verb}
    account = {"user": "khop", "password": {"file": "password"}}
    config = configured(email=by_mail(mail, **account))
    assert send_test(config, clock) == [Sent("email", 1, error)]


@pytest.mark.parametrize(
    "keys",
    [
        {"user": "cán bộ"},
        {"sender": "cán.bộ@example.vn"},
        {"host": "a" * 64 + ".vn", "user": None, "password": None},
    ],
)
def test_what_e_mail_cannot_carry_is_a_sentence(
    keys: dict[str, Any], clock: FakeClock, mail: MailServer, configured: Callable[..., Config]
) -> None:
    account = {"user": "khop", "password": {"file": "password"}}
    (sent,) = send_test(configured(email=by_mail(mail, **{**account, **keys})), clock)
    assert "correct" in str(sent.error)
    assert mail.received == []


def test_a_secret_that_is_too_short_is_named_as_it_is_in_khop_toml(
    clock: FakeClock, configured: Callable[..., Config], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("short", "utf-8")
    (sent,) = send_test(configured(**posted(NOTHING_LISTENS)), clock)
    assert str(sent.error).startswith("alarms.secret: the secret has fewer than 16 characters")


def test_a_mail_server_without_encryption_gets_nothing_where_it_is_asked_for(
    clock: FakeClock, mail: MailServer, configured: Callable[..., Config]
) -> None:
    (sent,) = send_test(configured(email=by_mail(mail, security="starttls")), clock)
    assert "offers no encryption" in str(sent.error)
    assert mail.received == []


def test_alarms_are_posted_signed_as_notices_are(
    ledger: Ledger, clock: FakeClock, webhook: NoticeReceiver, configured: Callable[..., Config]
) -> None:
    config = configured(**posted(webhook.url))
    raise_alarm(ledger, config)
    assert send_waiting(ledger, config, clock) == [Sent("webhook", 1)]
    ((headers, body),) = webhook.requests
    said = verify_notice(SECRET, headers, body, now=clock.now)
    (alarm,) = said["alarms"]
    assert (said["place"], alarm["kind"], alarm["state"]) == ("Tỉnh Mẫu", "began", "disk")
    assert alarm["section"] == "The disk is nearly full"


@pytest.mark.slow
def test_what_cannot_be_sent_is_kept_and_tried_less_and_less_often(
    ledger: Ledger, clock: FakeClock, webhook: NoticeReceiver, configured: Callable[..., Config]
) -> None:
    config = configured(**posted(webhook.url))
    webhook.answers = [503]
    raise_alarm(ledger, config)
    for _ in range(24 * 60):
        send_waiting(ledger, config, clock)
        clock.advance(minutes=1)
    assert 24 <= len(webhook.requests) <= 32
    ((tries, error),) = waiting(ledger)
    assert tries == len(webhook.requests)
    assert error is not None
    assert "HTTP 503" in error
    webhook.answers = [200]
    clock.advance(hours=1)
    assert send_waiting(ledger, config, clock) == [Sent("webhook", 1)]
    ids = {headers["khop-notice"] for headers, _ in webhook.requests}
    assert len(ids) == 1


def test_a_channel_that_fails_holds_back_no_other(
    ledger: Ledger, clock: FakeClock, mail: MailServer, configured: Callable[..., Config]
) -> None:
    config = configured(email=by_mail(mail), **posted(NOTHING_LISTENS))
    raise_alarm(ledger, config)
    sent = send_waiting(ledger, config, clock)
    assert [(one.channel, one.error is None) for one in sent] == [
        ("email", True),
        ("webhook", False),
    ]


def test_a_clock_that_is_set_back_delays_nothing_for_long(
    ledger: Ledger, clock: FakeClock, webhook: NoticeReceiver, configured: Callable[..., Config]
) -> None:
    config = configured(**posted(webhook.url))
    raise_alarm(ledger, config)
    webhook.answers = [503, 200]
    send_waiting(ledger, config, clock)
    clock.advance(days=-300)
    assert send_waiting(ledger, config, clock) == [Sent("webhook", 1)]


def test_of_several_nodes_one_sends(
    ledger: Ledger, clock: FakeClock, webhook: NoticeReceiver, configured: Callable[..., Config]
) -> None:
    config = configured(**posted(webhook.url))
    raise_alarm(ledger, config)
    with ThreadPoolExecutor(4) as nodes:
        list(nodes.map(lambda _: send_waiting(ledger, config, clock), range(8)))
    assert len(webhook.requests) == 1


def test_a_process_that_was_killed_while_it_sent_leaves_the_message_to_another(
    ledger: Ledger, clock: FakeClock, webhook: NoticeReceiver, configured: Callable[..., Config]
) -> None:
    config = configured(**posted(webhook.url))
    raise_alarm(ledger, config)
    with ledger.write() as connection:
        assert outgoing.claim(connection, "webhook", START, (), "en")
    clock.now = clock.now.fromtimestamp(START / 1e6, clock.now.tzinfo)
    assert send_waiting(ledger, config, clock) == []
    clock.advance(minutes=11)
    assert send_waiting(ledger, config, clock) == [Sent("webhook", 1)]


def test_a_program_gets_the_alarm_on_its_input_and_nothing_of_the_environment(
    ledger: Ledger,
    clock: FakeClock,
    configured: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KHOP_DVCQG_PASSWORD", "geheim")
    command = program(
        tmp_path,
        "import json, os, sys\n"
        "given = {'input': json.load(sys.stdin), 'environment': sorted(os.environ)}\n"
        "open(sys.argv[1], 'w').write(json.dumps(given))\n"
        "print('what it prints is not read')\n",
    )
    config = configured(command=command)
    raise_alarm(ledger, config)
    assert send_waiting(ledger, config, clock) == [Sent("command", 1)]
    given = json.loads((tmp_path / "given").read_text("utf-8"))
    assert given["input"]["alarms"][0]["title"] == "the disk is nearly full"
    assert set(given["environment"]) <= {"PATH", "LANG", "LC_CTYPE"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("raise SystemExit(3)", "the command of [alarms] ended with exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "the command of [alarms] ended with exit code -9"),
    ],
)
def test_a_program_that_fails_is_a_sentence(
    text: str, error: str, clock: FakeClock, configured: Callable[..., Config], tmp_path: Path
) -> None:
    config = configured(command=program(tmp_path, text))
    assert send_test(config, clock) == [Sent("command", 1, error)]


@pytest.mark.slow
def test_a_program_that_hangs_is_killed_with_what_it_started(
    clock: FakeClock, configured: Callable[..., Config], tmp_path: Path
) -> None:
    hangs = (
        "import subprocess, sys, time\n"
        "held = open(sys.argv[1], 'w')\n"
        "waits = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "subprocess.Popen(waits, pass_fds=[held.fileno()])\n"
        "time.sleep(600)\n"
    )
    # both hold the writing end of a pipe: its end is reached when both are gone
    os.mkfifo(tmp_path / "given")
    reading = os.open(tmp_path / "given", os.O_RDONLY | os.O_NONBLOCK)
    config = configured(command=program(tmp_path, hangs), timeout=5.0)
    (sent,) = send_test(config, clock)
    assert sent.error == "the command of [alarms] did not end within 5 seconds"
    ready, _, _ = select.select([reading], [], [], 60)
    assert ready
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_a_program_that_is_not_there_is_a_sentence(
    clock: FakeClock, configured: Callable[..., Config]
) -> None:
    config = configured(command=["/nonexistent/send-sms"])
    (sent,) = send_test(config, clock)
    assert sent.error == "the command of [alarms] cannot be started (FileNotFoundError)"


def test_a_test_goes_through_every_channel(
    clock: FakeClock,
    mail: MailServer,
    webhook: NoticeReceiver,
    configured: Callable[..., Config],
    tmp_path: Path,
) -> None:
    command = program(tmp_path, "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())")
    config = configured(email=by_mail(mail), command=command, language="vi", **posted(webhook.url))
    assert send_test(config, clock) == [Sent(name, 1) for name in ("email", "webhook", "command")]
    assert mail.received[0]["Subject"] == "[khop Tỉnh Mẫu] thử cảnh báo"
    assert "Không có trục trặc gì" in mail.received[0].get_content()
    assert webhook.said()[0]["alarms"][0]["state"] == "test"
    assert json.loads((tmp_path / "given").read_text("utf-8"))["alarms"][0]["state"] == "test"


def test_the_dead_man_address_is_called_only_while_all_is_well(
    webhook: NoticeReceiver,
    configured: Callable[..., Config],
    caplog: pytest.LogCaptureFixture,
) -> None:
    dead_man = DeadMan(configured(dead_man_url=webhook.url))
    with caplog.at_level("INFO", logger="khop"):
        assert dead_man.beat(well=True) is None
        assert dead_man.beat(well=False) is None
        assert webhook.paths == ["/notices"]
        webhook.answers = [500, 500, 200]
        assert "HTTP 500" in str(dead_man.beat(well=True))
        dead_man.beat(well=True)
        assert dead_man.beat(well=True) is None
    dead_man.close()
    assert [line.message.partition(" error")[0] for line in caplog.records] == [
        "the dead-man address does not answer",
        "the dead-man address answers again",
    ]


def test_without_an_address_nobody_is_called(configured: Callable[..., Config]) -> None:
    assert DeadMan(configured()).beat(well=True) is None
