"""The systemd unit of an installation, as ``khop service`` prints it.

The daemon may write to the folders of the ledger, its copies and its workbooks, and nowhere else.
What it starts (``khop work``, the reader of workbooks, ``pg_dump``, the program of ``[alarms]``)
runs in the same unit, under the same limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from khop.config.model import Config
from khop.config.named_files import secrets_of
from khop.errors import ConfigError

#: Seconds that systemd waits beyond ``stop_seconds`` before it kills.
_GRACE = 10
#: Seconds without a look at the schedule after which systemd restarts the process. A look may wait
#: a minute for another writer of the ledger, several times.
_WATCHDOG = 300
#: An account for a folder that belongs to root.
_ACCOUNT = "khop"
_SQLITE = "sqlite:///"

_UNIT = """\
# Made by `khop service`: make it again after [ledger], [backup], [log], [daemon] or [files] of
# khop.toml changed.
[Unit]
Description=khop compares administrative dossiers ({config})
Wants=network-online.target
After=network-online.target{after}
# An error in khop.toml is tried five times, then the unit stays failed.
StartLimitIntervalSec=10min
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory={folder}
User={user}
{more}
# It is ready when it has the ledger: a database that starts later is waited for.
TimeoutStartSec=infinity
WatchdogSec={watchdog}
TimeoutStopSec={stop}
# The daemon itself ends what it started.
KillMode=mixed
Restart=on-failure
RestartSec=30
# A reader that needs too much memory ends alone.
OOMPolicy=continue
MemoryMax=75%
LimitCORE=0
UMask={umask}

ReadWritePaths={writable}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# ProtectProc and ProcSubset are not set: khop looks in /proc whether the holder of a lease lives.

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class ServiceUnit:
    """A unit. ``missing``: folders that must be there before it starts; ``variables``: secrets
    that khop.toml expects in the environment; ``environment``: the file they are read from."""

    text: str
    user: str
    folders: tuple[Path, ...]
    missing: tuple[Path, ...]
    variables: tuple[str, ...]
    environment: Path


def service_unit(config: Config, config_path: Path, python: Path) -> ServiceUnit:
    """The unit for a khop.toml and the Python of this installation. Raises ConfigError for a path
    that no unit can name."""
    base, user = config.base_dir.resolve(), _owner(config.base_dir)
    folders = _outermost(_writable(config))
    environment = base / "khop.env"
    variables = sorted({s.env for _, s in secrets_of(config) if s.env is not None})
    group = config.files.group
    more = [
        *([f"Group={group}"] if group is not None else []),
        *([f"EnvironmentFile={_raw(environment)}"] if variables else []),
    ]
    arguments = ["-m", "khop", "daemon", "--config", str(config_path.resolve())]
    text = _UNIT.format(
        config=_raw(config_path.resolve()),
        after="" if config.ledger_url.startswith(_SQLITE) else " postgresql.service",
        command=" ".join((_program(python), *(_argument(word) for word in arguments))),
        folder=_raw(base),
        user=user,
        more="".join(f"{line}\n" for line in more),
        watchdog=_WATCHDOG,
        stop=round(config.daemon.stop_seconds) + _GRACE,
        umask="0077" if group is None else "0027",
        writable=" ".join(_quoted(str(folder)) for folder in folders),
    ).replace("\n\n# It is ready", "\n# It is ready")
    missing = tuple(folder for folder in folders if not folder.is_dir())
    return ServiceUnit(text, user, tuple(folders), missing, tuple(variables), environment)


def _writable(config: Config) -> list[Path]:
    """The folders that the daemon writes to."""
    base = config.base_dir.resolve()
    found = [base / config.backup.folder]
    if config.ledger_url.startswith(_SQLITE):
        found.append(Path(config.ledger_url.removeprefix(_SQLITE)).parent)
    if config.daemon.work_folder is not None:
        found.append(base / config.daemon.work_folder)
    if config.log.anchor_file is not None:
        found.append((base / config.log.anchor_file).parent)
    return [folder.resolve() for folder in found]


def _outermost(folders: Iterable[Path]) -> list[Path]:
    """Without folders that lie in another one of them."""
    each = sorted(set(folders))
    return [one for one in each if not any(one.is_relative_to(o) for o in each if o != one)]


def _owner(folder: Path) -> str:
    """The account that the folder of khop.toml belongs to; one of its own in the place of root."""
    try:
        owner = folder.owner()
    except (KeyError, OSError, NotImplementedError):
        return _ACCOUNT
    return _ACCOUNT if owner == "root" else owner


def _program(path: Path) -> str:
    """The first word of a command line, in which systemd takes no quotes and expands no $."""
    if re.search(r"""["'\\]""", str(path)):
        raise ConfigError(f"a unit of systemd cannot call the program {path}")
    return _quoted(str(path))


def _argument(word: str) -> str:
    """Another word of a command line."""
    return _quoted(word.replace("$", "$$"))


def _quoted(text: str) -> str:
    """A text in a list of a unit: quoted where it has to be."""
    text = _raw(text)
    if re.fullmatch(r"[\w@%+=:,./$-]+", text, re.ASCII):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _raw(text: str | Path) -> str:
    """A text that is the whole value of a line: systemd reads % as the beginning of a specifier."""
    if not str(text).isprintable():
        raise ConfigError(f"a unit of systemd cannot name the path {str(text)!r}")
    return str(text).replace("%", "%%")
