"""Reads every page and drops it: the cost of the server and the network alone."""

from __future__ import annotations

from bench.measure import Spent, report
from bench.peers.source import arguments, pages


def main() -> None:
    options = arguments(__doc__).parse_args()
    with Spent() as spent:
        size = sum(len(page.content) for page in pages(options.url, options.size))
    report(**spent.as_json(), bytes=size)


if __name__ == "__main__":
    main()
