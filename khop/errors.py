"""Every error khop raises, in one tree, by what the caller should do.

::

    KhopError
    ├── ConfigError            correct khop.toml or the installation, then start again
    ├── ConnectorError         a call to a system failed
    │   ├── Unreachable        nothing was sent, or nothing took effect: retry
    │   ├── RateLimited        wait, then retry
    │   ├── Unauthorised       log in once more, then stop the schedule of that system
    │   ├── Refused            the system said no: do not send the same request again
    │   ├── AlreadyExists      the dossier is there: send an update
    │   ├── Unreadable         the answer to a READ cannot be read: retry, then give up
    │   └── OutcomeUnknown     a WRITE may have taken effect: look it up before sending again
    ├── AdapterError           an adapter broke its port: report it to its maker
    ├── RecordError            one record cannot be used: quarantine it, go on with the others
    └── LedgerError            stop; no transaction is half done
        └── LedgerUnavailable  the database is away, or locked for too long: try again later

No error holds personal data: messages have codes, field names, the HTTP status, and the system's
own text, shortened and masked.
"""

from __future__ import annotations

from collections.abc import Callable


class KhopError(Exception):
    """Root of the tree. ``str(error)`` is one sentence for a person. It can be pickled."""

    def __reduce__(self) -> tuple[Callable[..., KhopError], tuple[object, ...]]:
        # pickle would call the class with the finished sentence, which is not what it takes
        return _with_state, (type(self), self.args, dict(self.__dict__))


def _with_state(
    kind: type[KhopError], args: tuple[object, ...], state: dict[str, object]
) -> KhopError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class ConfigError(KhopError):
    """The configuration or the installation is wrong.

    ``key``: the wrong key of khop.toml as a dotted path (``sources.igate.base_url``), if it is one.
    """

    def __init__(self, message: str, *, key: str | None = None) -> None:
        super().__init__(f"{key}: {message}" if key else message)
        self.key = key


class ConnectorError(KhopError):
    """A call to a system failed.

    ``system`` is the source's name in khop.toml, ``operation`` the call (``TraCuuHoSo``,
    ``search``), ``http_status`` the HTTP status if there was an answer, ``code`` and ``detail`` the
    system's own code and message (masked, shortened).
    """

    #: What happened, in the middle of the sentence "SYSTEM OPERATION: ...; HTTP 500; code 3".
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
    """``retry_after``: the wait that the system asks for, in seconds; None if it names none."""

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
        """Whether the login was refused, so that another try could lock the account. Otherwise
        the login is good and only this call was refused."""
        return self.operation == "login"


class Refused(ConnectorError):
    meaning = "refused the request"


class AlreadyExists(ConnectorError):
    meaning = "already has this dossier"


class Unreadable(ConnectorError):
    meaning = "gave an answer that cannot be read"


class OutcomeUnknown(ConnectorError):
    meaning = "gave no usable answer to a write; it may have taken effect"


class AdapterError(KhopError):
    """An adapter broke the contract of its port: a bug of that adapter, not of a system.

    ``system``: the source's name in khop.toml. ``what``: what it did.
    """

    def __init__(self, system: str, what: str) -> None:
        super().__init__(
            f"{system}: the adapter {what}; this is a bug of the adapter, report it to its maker"
        )
        self.system = system
        self.what = what


class RecordError(KhopError):
    """One record cannot be used. ``field``: the path of the field in the record as received."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class LedgerError(KhopError):
    """The ledger is locked, full, corrupt, missing, or of another version."""


class LedgerUnavailable(LedgerError):
    """The ledger's database is out of reach, has no connection to spare, or is locked by another
    program: what passes by itself."""
