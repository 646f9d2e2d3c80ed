"""Sends the messages that wait, each channel by itself: one that fails holds back no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from khop.config.domain_tables import Tables
from khop.config.model import Config
from khop.daemon.alarms import command, mail, outgoing, webhook
from khop.daemon.alarms.batch import Batch, Message
from khop.daemon.alarms.names import Kind
from khop.daemon.alarms.texts import Told, trial_text
from khop.daemon.faults import sentence_of
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger
from khop.text.logs import Log

log = Log(__name__)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the messages of one channel: how many, and why they did not go out."""

    channel: str
    messages: int
    error: str | None = None


def send_waiting(ledger: Ledger, config: Config, clock: Clock) -> list[Sent]:
    """Send what waits and whose time has come, on every configured channel.

    Several messages go out as one. What cannot be sent stays, and is tried again later. Called
    every few seconds; safe on several nodes. Raises LedgerError.
    """
    with ledger.read() as connection:
        now_us = ledger.now_us(connection, clock)
        due = outgoing.any_due(connection, config.alarms.channels, now_us)
    if not due:
        return []
    sent = (_send_channel(ledger, config, channel, clock) for channel in config.alarms.channels)
    return [one for one in sent if one.messages]


def send_test(config: Config, clock: Clock) -> list[Sent]:
    """Send one message that says it is a test through every configured channel."""
    now_us = Instant.of(clock()).us
    text = trial_text(config.alarms.language)
    told = Told(Kind.BEGAN, "khop", "test", None, None, now_us, None, is_source=False)
    batch = Batch(config.province.name, [Message(f"test-{now_us}", told, text)])
    return [
        Sent(channel, 1, _failure(config, channel, batch, clock))
        for channel in config.alarms.channels
    ]


def _send_channel(ledger: Ledger, config: Config, channel: str, clock: Clock) -> Sent:
    with ledger.write() as connection:
        now_us, codes = ledger.now_us(connection, clock), Tables.of(config).codes
        taken = outgoing.claim(
            connection, channel, now_us, config.sources.keys(), config.alarms.language, codes
        )
    if not taken:
        return Sent(channel, 0)
    batch = Batch(config.province.name, [one.message for one in taken])
    error = _failure(config, channel, batch, clock)
    with ledger.write() as connection:
        now_us = ledger.now_us(connection, clock)
        if error is None:
            outgoing.note_sent(connection, taken, now_us)
        else:
            outgoing.put_off(connection, taken, now_us, error)
    _log(channel, error, first=min(one.tries for one in taken) == 1)
    return Sent(channel, len(taken), error)


def _failure(config: Config, channel: str, batch: Batch, clock: Clock) -> str | None:
    """Send; why it failed, None when it went out. Whatever it is: the other channels are tried,
    and this one again."""
    try:
        if channel == "email":
            mail.send(config, batch, clock)
        elif channel == "webhook":
            webhook.post(config, batch, clock)
        else:
            command.run(config, batch)
    except Exception as error:  # noqa: BLE001 - also a fault of khop itself
        return sentence_of(error)
    return None


def _log(channel: str, error: str | None, *, first: bool) -> None:
    """A channel that fails is logged with the first try of a message, and when one went out after
    that."""
    if error is not None and first:
        log.warning("alarms cannot be sent", channel=channel, error=error)
    elif error is None and not first:
        log.info("alarms are sent again", channel=channel)
