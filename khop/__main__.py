"""``python -m khop``: the command line."""

import sys


def _run() -> int:
    # ``python -m`` puts the current folder first in the path. A program beside a workbook, such as
    # json.py, must not be loaded in place of a module.
    if not sys.flags.safe_path:
        del sys.path[0]
    from khop.cli.main import main

    return main()


sys.exit(_run())
