"""Pull: dossiers per second from the one-stop's list into the ledger, by khop and by its peers.

    python -m bench.pull [--size N] [--rounds N] [--dlt-size N] [--answer-seconds S]

All peers read the same pages over loopback HTTP, one after the other. The pages are rendered before
the first measurement.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from bench.measure import alternated, keep, middle, run_peer
from bench.pages import serving

#: Name in the report -> program and its further arguments.
_PEERS: dict[str, tuple[str, ...]] = {
    "read": ("pull_read",),
    "floor": ("pull_floor",),
    "khop": ("pull_khop",),
    "dlt_merge": ("pull_dlt", "--disposition", "merge"),
    "dlt_replace": ("pull_dlt", "--disposition", "replace"),
}


def measure(size: int, rounds: int, dlt_size: int, answer_seconds: float = 0.0) -> dict[str, Any]:
    """Run all peers ``rounds`` times. dlt reads only the first ``dlt_size`` dossiers (0: not at
    all). ``answer_seconds``: how long the server takes for each page. Raises RuntimeError when a
    peer did not store every dossier."""
    sizes = {"read": size, "floor": size, "khop": size}
    if dlt_size and find_spec("dlt"):
        sizes |= {"dlt_merge": dlt_size, "dlt_replace": dlt_size}
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in sizes}
    with serving(size, answer_seconds) as url:
        _run("read", url, size)  # renders the pages
        for number in range(rounds):
            for name in alternated(list(sizes), number):
                runs[name].append(_run(name, url, sizes[name]))
    return {
        "size": size,
        "rounds": rounds,
        "answer_seconds": answer_seconds,
        "peers": {name: _summed(runs[name], sizes[name]) for name in runs},
        "ratios": _ratios(runs, sizes),
    }


def _run(name: str, url: str, size: int) -> dict[str, Any]:
    module, *more = _PEERS[name]
    with tempfile.TemporaryDirectory() as folder:
        done = run_peer(module, "--url", url, "--folder", folder, "--size", size, *more)
    if name != "read" and done["rows"] != size:
        raise RuntimeError(f"{name} stored {done['rows']} of {size} dossiers")
    return done


def _summed(runs: Sequence[dict[str, Any]], size: int) -> dict[str, Any]:
    seconds = middle(runs, "seconds")
    return {
        "size": size,
        "per_second": round(size / seconds),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(middle(runs, "cpu"), 2),
        "each_round": [run["seconds"] for run in runs],
        "memory_mb": runs[-1].get("memory"),
    }


def _ratios(runs: dict[str, list[dict[str, Any]]], sizes: dict[str, int]) -> dict[str, float]:
    """khop's dossiers per second divided by the peer's. ``no_server``: without the time of reading
    on both sides; ``cpu``: by processor time, which depends less on the load of the machine."""

    def each(name: str, key: str) -> float:
        return middle(runs[name], key) / sizes[name]

    reading = each("read", "seconds")
    own = {name: each(name, "seconds") - reading for name in ("floor", "khop")}
    ratios = {
        "khop_to_floor": each("floor", "seconds") / each("khop", "seconds"),
        "khop_to_floor_no_server": own["floor"] / own["khop"],
        "khop_to_floor_cpu": each("floor", "cpu") / each("khop", "cpu"),
        "read_share_of_khop": reading / each("khop", "seconds"),
    }
    for name in ("dlt_merge", "dlt_replace"):
        if name in runs:
            ratios[f"khop_to_{name}"] = each(name, "seconds") / each("khop", "seconds")
    return {name: round(ratio, 2) for name, ratio in ratios.items()}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.pull", description=__doc__)
    parser.add_argument("--size", type=int, default=200_000, help="dossiers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dlt-size", type=int, help="dossiers for dlt (default: a fifth; 0: none)")
    parser.add_argument(
        "--answer-seconds", type=float, default=0.0, help="what the server takes for a page"
    )
    options = parser.parse_args(argv)
    dlt_size = options.size // 5 if options.dlt_size is None else options.dlt_size
    done = measure(options.size, options.rounds, dlt_size, options.answer_seconds)
    keep("pull" if not options.answer_seconds else "pull_slow_server", done)
    show(done)


def show(done: dict[str, Any]) -> None:
    """Print what was measured, for people."""
    print(f"pull: {done['size']} dossiers, median of {done['rounds']}")
    for name, peer in done["peers"].items():
        print(f"  {name:12} {peer['per_second']:>8}/s   cpu {peer['cpu_seconds']:>7} s")
    for mark, memory in (done["peers"]["khop"]["memory_mb"] or {}).items():
        print(f"  khop's memory at {mark:>3} %: {memory['now']} MiB, highest {memory['peak']}")
    for name, ratio in done["ratios"].items():
        print(f"  {name:26} {ratio}")


if __name__ == "__main__":
    main()
