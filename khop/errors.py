"""Every fault khop raises, arranged by what the caller should do about it.

::

    KhopError
    ├── ConfigError            mend khop.toml (or the machine) and start again
    ├── ConnectorError         a system did not do what was asked
    │   ├── Unreachable        nothing was sent, or nothing took effect: retry
    │   ├── RateLimited        wait, then retry
    │   ├── Unauthorised       log in once more, then stop the schedule of that system
    │   ├── Refused            understood and declined: do not retry as it is
    │   ├── AlreadyExists      send as an update
    │   ├── Unreadable         a READ was answered with something unusable: retry, then give up
    │   └── OutcomeUnknown     a WRITE may or may not have taken effect: look before sending again
    ├── RecordError            one record is bad: quarantine it, go on with the others
    └── LedgerError            stop; nothing is half done

No fault carries personal data: messages hold codes, field names, HTTP status and the
system's own short text after masking.
"""

from __future__ import annotations


class KhopError(Exception):
    """Root of the tree. ``str(error)`` is one sentence fit for a person."""


class ConfigError(KhopError):
    """The configuration or the installation is wrong.

    ``key`` is the dotted path in khop.toml (``sources.igate.base_url``) where one is to blame.
    """

    def __init__(self, message: str, *, key: str | None = None) -> None:
        super().__init__(f"{key}: {message}" if key else message)
        self.key = key


class ConnectorError(KhopError):
    """A system failed an operation.

    ``system`` is the source's name in khop.toml, ``operation`` the call (``TraCuuHoSo``,
    ``search``), ``http_status`` the HTTP status where there was one, ``code`` and ``detail``
    the system's own code and (masked, shortened) message.
    """

    #: What a person is told; subclasses say what it means for the call.
    meaning = "the call failed"

    def __init__(
        self,
        system: str,
        operation: str,
        *,
        http_status: int | None = None,
        code: str | None = None,
        detail: str | None = None,
    ) -> None:
        self.system = system
        self.operation = operation
        self.http_status = http_status
        self.code = code
        self.detail = detail
        parts = [f"{system} {operation}: {self.meaning}"]
        if http_status is not None:
            parts.append(f"HTTP {http_status}")
        if code is not None:
            parts.append(f"code {code}")
        if detail:
            parts.append(detail)
        super().__init__("; ".join(parts))


class Unreachable(ConnectorError):
    meaning = "cannot be reached (check its address and the network)"


class RateLimited(ConnectorError):
    """``retry_after`` is the wait the system asked for, in seconds, if it said one."""

    meaning = "asks to slow down"

    def __init__(
        self,
        system: str,
        operation: str,
        *,
        retry_after: float | None = None,
        http_status: int | None = None,
        code: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(system, operation, http_status=http_status, code=code, detail=detail)
        self.retry_after = retry_after


class Unauthorised(ConnectorError):
    meaning = "does not accept the account"

    @property
    def at_login(self) -> bool:
        """The login itself was refused: to try it again could lock the account. Otherwise one
        call was turned down although the login is good."""
        return self.operation == "login"


class Refused(ConnectorError):
    meaning = "refused the request"


class AlreadyExists(ConnectorError):
    meaning = "already has this dossier"


class Unreadable(ConnectorError):
    meaning = "gave an answer that cannot be read"


class OutcomeUnknown(ConnectorError):
    meaning = "gave no usable answer to a write; it may have taken effect"


class RecordError(KhopError):
    """One record cannot be used. ``field`` is the wire path, ``reason`` says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class LedgerError(KhopError):
    """The ledger is locked, full, corrupt, not there, or of another version."""
