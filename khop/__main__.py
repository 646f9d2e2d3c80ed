"""``python -m khop``: the command line."""

import sys

from khop.cli.main import main

sys.exit(main())
