"""The exit codes of ``khop``.

0 done; 1 error, written in one sentence to stderr; 2 differences are open, work is
left, or nothing was compared yet; 130 stopped by Ctrl-C.
"""

OK = 0
ERROR = 1
WORK = 2
INTERRUPTED = 130
