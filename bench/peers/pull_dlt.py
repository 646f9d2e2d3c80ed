"""dlt into SQLite: a generator resource of the same pages, with schema inference.

``merge``: disposition merge on ``id``, nested lists in tables of their own; it keeps a table up to
date, as khop does. ``replace``: disposition replace without nested tables, the least work for dlt.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import dlt
from dlt.destinations import sqlalchemy as sql_destination

from bench.measure import Spent, memory_mb, report
from bench.peers.source import arguments, pages

_DATASET = "one_stop"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--disposition", choices=("merge", "replace"), required=True)
    options = parser.parse_args()
    pipeline = dlt.pipeline(
        "dossiers",
        pipelines_dir=str(options.folder / "pipelines"),
        destination=sql_destination(f"sqlite:///{options.folder / 'dlt.db'}"),
        dataset_name=_DATASET,
    )
    with Spent() as spent:
        pipeline.run(_resource(options.url, options.size, options.disposition))
    with sqlite3.connect(options.folder / f"dlt__{_DATASET}.db") as connection:
        rows = connection.execute("SELECT count(*) FROM dossier").fetchone()[0]
    connection.close()
    report(**spent.as_json(), rows=rows, memory=memory_mb())


def _resource(url: str, size: int, disposition: str) -> Any:
    def dossiers() -> Iterator[list[dict[str, Any]]]:
        for page in pages(url, size):
            yield page.json()["content"]

    hints: dict[str, Any] = {"write_disposition": disposition, "primary_key": "id"}
    if disposition == "replace":
        hints["max_table_nesting"] = 0
    return dlt.resource(dossiers, name="dossier", **hints)


if __name__ == "__main__":
    main()
