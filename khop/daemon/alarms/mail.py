"""Alarms by e-mail: one plain text for all that waits, over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from khop.config.alarms import EmailSettings
from khop.config.model import Config
from khop.daemon.alarms.batch import Batch
from khop.errors import ConfigError, KhopError
from khop.text.logs import Log

log = Log(__name__)


def send(config: Config, batch: Batch, clock: Callable[[], datetime]) -> None:
    """Send messages by ``[alarms.email]``. Raises ConfigError for a secret or a certificate that
    cannot be used, KhopError when the server does not take them."""
    settings = config.alarms.email
    password = None
    if settings.password is not None:
        password = settings.password.reveal(config.base_dir)
    try:
        message = _message(settings, batch, clock())
        with _connected(config) as server:
            if settings.user is not None and password is not None:
                server.login(settings.user, password)
            refused = server.send_message(message)
    except smtplib.SMTPResponseException as error:
        # the answer may repeat addresses or the account: its code is enough
        raise KhopError(f"the mail server refused it (SMTP {error.smtp_code})") from None
    except smtplib.SMTPRecipientsRefused:
        raise KhopError("the mail server takes no e-mail for any of these addresses") from None
    except smtplib.SMTPNotSupportedError:
        raise KhopError(
            "the mail server offers no encryption or no login; correct security or user under "
            "[alarms.email]"
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise KhopError(f"the mail server cannot be reached ({type(error).__name__})") from None
    except ValueError:
        raise KhopError(
            "the host, an address, the user or the password holds a character that e-mail does "
            "not know; correct it under [alarms.email]"
        ) from None
    if refused:
        log.warning("the mail server took the alarm only for some addresses", refused=len(refused))


def _connected(config: Config) -> smtplib.SMTP:
    settings, timeout = config.alarms.email, config.alarms.timeout
    assert settings.host is not None
    if settings.security == "none":
        return smtplib.SMTP(settings.host, settings.port_in_use, timeout=timeout)
    context = _trusted(config)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(
            settings.host, settings.port_in_use, timeout=timeout, context=context
        )
    server = smtplib.SMTP(settings.host, settings.port_in_use, timeout=timeout)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _trusted(config: Config) -> ssl.SSLContext:
    if config.alarms.ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=config.base_dir / config.alarms.ca_file)
    except OSError as error:
        raise ConfigError(
            f"the certificates cannot be read ({type(error).__name__})", key="alarms.ca_file"
        ) from None


def _message(settings: EmailSettings, batch: Batch, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(f"[khop {batch.place}] {batch.title}".split())
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message["Date"] = format_datetime(now)
    # the same at each try, so that a mail program shows one
    message["Message-ID"] = f"<{batch.id}@{str(settings.sender).partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(batch.text, cte="base64")
    return message
