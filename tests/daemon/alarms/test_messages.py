"""Messages are given once: by the ledger's clock, with ids of their own, whatever fails."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.model import Config
from khop.daemon.alarms.names import AlarmName
from khop.daemon.alarms.sending import Sent, send_waiting
from khop.daemon.health import Watcher
from khop.sync.ledger import Ledger, audit_log
from khop.sync.ledger.schema import alarm, alarm_message
from khop.sync.privacy import Privacy, ensure_key
from tests.daemon.alarms.channels import posted, program, raise_alarm
from tests.daemon.told import MINUTE, START
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock
from tests.sync.findings.receiver import NoticeReceiver

LEDGERS = BOTH

pytestmark = pytest.mark.usefixtures("same_clock")


@pytest.mark.parametrize("minutes", [-30, 30])
def test_when_a_message_goes_out_is_by_the_clock_of_the_ledger(
    minutes: int,
    ledger: Ledger,
    clock: FakeClock,
    webhook: NoticeReceiver,
    configured: Callable[..., Config],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = configured(**posted(webhook.url))
    raise_alarm(ledger, config)
    webhook.answers = [503, 200]
    monkeypatch.setattr(ledger.database, "now_us", lambda connection: START)
    clock.now = clock.now.fromtimestamp(START / 1e6 + minutes * 60, clock.now.tzinfo)
    assert [one.messages for one in send_waiting(ledger, config, clock)] == [1]
    assert send_waiting(ledger, config, clock) == []
    monkeypatch.setattr(ledger.database, "now_us", lambda connection: START + 2 * MINUTE)
    assert send_waiting(ledger, config, clock) == [Sent("webhook", 1)]


def ids(webhook: NoticeReceiver) -> list[str]:
    """The ids of the messages that came."""
    return [each["message"] for said in webhook.said() for each in said["alarms"]]


def test_an_alarm_whose_number_is_given_again_has_an_id_of_its_own(
    ledger: Ledger, clock: FakeClock, webhook: NoticeReceiver, configured: Callable[..., Config]
) -> None:
    config = configured(**posted(webhook.url))
    for number in (1, 2):
        with ledger.write() as connection:
            connection.execute(sa.delete(alarm_message))
            connection.execute(sa.delete(alarm))
            Watcher.of(config.alarms).raise_alarm(connection, AlarmName.DISK, "", START + number)
            connection.execute(sa.update(alarm_message).values(alarm=1))
            connection.execute(sa.update(alarm).values(id=1))
        send_waiting(ledger, config, clock)
    assert len(set(ids(webhook))) == 2


def test_two_installations_have_no_id_in_common(
    empty_ledger: Path,
    clock: FakeClock,
    webhook: NoticeReceiver,
    configured: Callable[..., Config],
    tmp_path: Path,
) -> None:
    config = configured(**posted(webhook.url))
    for name in ("one", "other"):
        opened = Ledger(f"sqlite:///{shutil.copy(empty_ledger, tmp_path / name)}")
        ensure_key(tmp_path / f"{name}.key")
        opened.use(Privacy(tmp_path / f"{name}.key"), clock)
        with opened.write() as connection:
            audit_log.append(connection, START, [audit_log.Entry("khop", "test")])
        raise_alarm(opened, config)
        send_waiting(opened, config, clock)
        opened.close()
    assert len(set(ids(webhook))) == 2


def test_a_channel_in_which_khop_fails_holds_back_no_other_and_is_tried_again(
    ledger: Ledger,
    clock: FakeClock,
    webhook: NoticeReceiver,
    configured: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault of khop")

    command = program(tmp_path, "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())")
    config = configured(command=command, **posted(webhook.url))
    raise_alarm(ledger, config)
    with monkeypatch.context() as patched:
        patched.setattr("khop.daemon.alarms.webhook.post", broken)
        assert send_waiting(ledger, config, clock) == [
            Sent("webhook", 1, "khop failed (RuntimeError)"),
            Sent("command", 1),
        ]
    clock.advance(minutes=2)
    assert send_waiting(ledger, config, clock) == [Sent("webhook", 1)]
