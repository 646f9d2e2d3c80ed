"""All benchmarks at their full size; ``python -m bench.pull --help`` for smaller ones."""

from bench import daemon, incremental, lists, pull, reconcile, soap

if __name__ == "__main__":
    pull.main([])
    reconcile.main([])
    incremental.main([])
    soap.main([])
    lists.main([])
    daemon.main([])
