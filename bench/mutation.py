"""Mutation score of the rules of the domain: ``python -m bench.mutation [MODULE ...]``.

mutmut changes one thing at a time in the functions of the modules that ``[tool.mutmut]`` of
pyproject.toml names, and runs the tests that reach it; a change no test notices survives. A
MODULE is a name such as ``identity``. Prints a row for each module and ends with 1 when one
scores below 85 %. Constants and decorated functions are not changed.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

#: Per cent of the changes of a module that tests must notice.
LEAST_SCORE = 85.0
_ROOM = "khop.mappings"
#: A change that never ends, or breaks the process or the types, was noticed.
_NOTICED = frozenset({"killed", "timeout", "suspicious", "segfault", "caught by type check"})
_MISSED = frozenset({"survived", "no tests"})


def main(modules: list[str]) -> int:
    """Runs mutmut over ``modules``, all when empty, and prints the scores."""
    patterns = [f"{_ROOM}.{module}.*" for module in modules]
    run = [sys.executable, "-m", "mutmut", "run", *patterns]
    if subprocess.run(run, stdout=subprocess.DEVNULL).returncode:
        print("mutmut stopped; run `mutmut run` to see why", file=sys.stderr)
        return 2
    results = [sys.executable, "-m", "mutmut", "results", "--all", "true"]
    listed = subprocess.run(results, capture_output=True, text=True, check=True).stdout
    scores = {name: row for name, row in scores_of(listed.splitlines()).items() if row}
    print_scores(scores)
    return int(not scores or any(score(row) < LEAST_SCORE for row in scores.values()))


def scores_of(lines: Iterable[str]) -> Mapping[str, Counter[bool]]:
    """Module -> how many changes were noticed (True) and missed, from mutmut's list.

    A line is ``khop.mappings.text.x_clean_text__mutmut_3: survived``. A state that is neither,
    such as ``not checked``, counts for nothing.
    """
    scores: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for line in lines:
        mutant, _, state = line.strip().rpartition(": ")
        module = mutant.rpartition(".")[0].rpartition(".")[2]
        if state in _NOTICED or state in _MISSED:
            scores[module][state in _NOTICED] += 1
    return scores


def score(row: Counter[bool]) -> float:
    """Per cent of the changes that were noticed."""
    return 100 * row[True] / row.total()


def print_scores(scores: Mapping[str, Counter[bool]]) -> None:
    """A Markdown table, for the docs."""
    print("| Module | Changes | Noticed | Score |", "|---|---|---|---|", sep="\n")
    for module, row in sorted(scores.items()):
        print(f"| `{module}` | {row.total()} | {row[True]} | {score(row):.1f} % |")
    total: Counter[bool] = sum(scores.values(), Counter())
    if total:
        print(f"| all | {total.total()} | {total[True]} | {score(total):.1f} % |")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
