"""Exports: what a province hands to a body that compares several provinces on a cluster.

::

    ledger --export--> FOLDER/TABLE/bucket=N/*.parquet + manifest.json   (export, check)
    exports of provinces --Spark Connect--> findings in the body's ledger (judging, country)
"""
