"""khop's own pull: ``pull_list`` over ``IgateAdapter`` into a new ledger."""

from __future__ import annotations

from pathlib import Path

from bench.measure import Spent, memory_mb, report
from bench.pages import NOW
from bench.peers.source import PAGE_SIZE, arguments
from khop.adapters.igate.adapter import ADAPTER, IgateAdapter
from khop.adapters.ports import Context, Role
from khop.mappings.time.calendar import WorkingCalendar
from khop.sandbox.accounts.igate import CLIENT_ID, CLIENT_SECRET, TOKEN_PATH
from khop.sync.ledger import Ledger, acquire, create_ledger
from khop.sync.privacy import Privacy, ensure_key
from khop.sync.reading.list_pull import pull_list
from khop.sync.results import ListSummary, NoProgress
from khop.sync.run_context import RunContext

_MARKS = (10, 50, 100)


class MemoryMarks(NoProgress):
    """Records the memory at parts of the list. Keys of ``seen``: per cent of the list."""

    def __init__(self) -> None:
        self.seen: dict[int, dict[str, float]] = {}
        self._done = 0

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None:
        self._done += by
        for mark in _MARKS:
            if total and mark not in self.seen and self._done * 100 >= total * mark:
                self.seen[mark] = memory_mb()


def main() -> None:
    options = arguments(__doc__).parse_args()
    ensure_key(options.folder / "khop.key")
    privacy = Privacy(options.folder / "khop.key")
    url = f"sqlite:///{options.folder / 'khop.db'}"
    create_ledger(url)
    ledger, marks = Ledger(url), MemoryMarks()
    ledger.use(privacy, lambda: NOW)
    source = _source(options.url, options.folder, privacy)
    with Spent() as spent:
        summary = _pull(ledger, source, privacy, marks)
    source.close()
    ledger.close()
    if summary.error or summary.stored != options.size:
        raise SystemExit(f"not every dossier was stored: {summary}")
    report(**spent.as_json(), rows=summary.stored, memory=marks.seen)


def _pull(
    ledger: Ledger, source: IgateAdapter, privacy: Privacy, marks: MemoryMarks
) -> ListSummary:
    with acquire(ledger, "pull", lambda: NOW) as lease:
        return pull_list(RunContext(ledger, privacy, lease, lambda: NOW, marks), source)


def _source(url: str, folder: Path, privacy: Privacy) -> IgateAdapter:
    (folder / "secret").write_text(CLIENT_SECRET, "utf-8")
    settings = ADAPTER.settings.model_validate(
        {
            "adapter": "igate",
            "role": "one_stop",
            "base_url": url,
            "token_url": url + TOKEN_PATH,
            "client_id": CLIENT_ID,
            "client_secret": {"file": "secret"},
            "page_size": PAGE_SIZE,
            "detail": "never",
            "calls_per_second": 100_000,
        }
    )
    context = Context(privacy.matching_key, folder, lambda: NOW, WorkingCalendar())
    built = ADAPTER.build("igate", Role.ONE_STOP, settings, context)
    assert isinstance(built, IgateAdapter)
    return built


if __name__ == "__main__":
    main()
