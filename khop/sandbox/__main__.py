"""``python -m khop.sandbox``."""

import sys

from khop.sandbox.server.serve import main

if __name__ == "__main__":
    sys.exit(main())
