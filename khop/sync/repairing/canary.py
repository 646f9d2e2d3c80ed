"""When a policy pauses itself: the answers to the pushes of one run."""

from __future__ import annotations

from collections import deque

from khop.sync.results import Applied, Outcome

#: Of so many of the last pushes, a greater share than this may not be bad. With fewer pushes than
#: that one bad answer is a greater share.
_LAST, _SHARE = 20, 0.05

_BAD = {
    Outcome.REFUSED: "the portal refused it",
    Outcome.UNKNOWN: "it is not known whether the write took effect",
    Outcome.STEPS_UNKNOWN: "it is not known whether all progress steps arrived",
    Outcome.NOT_SHOWN: "the portal took it, and a look-up does not show it",
}


class Canary:
    """Judges the pushes of one run, one after the other."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=_LAST)

    def alarm(self, applied: Applied) -> str | None:
        """Why the policy has to pause after this push, as a sentence without codes; None when
        it need not.

        A dossier of which nothing was sent is no push.
        """
        bad = applied.outcome in _BAD
        if not bad and applied.outcome is not Outcome.DONE:
            return None
        self._last.append(bad)
        count, wrong = len(self._last), sum(self._last)
        if not bad or wrong <= _SHARE * count:
            return None
        phrase = _BAD[applied.outcome]
        return f"{wrong} of the last {count} pushes went wrong; {phrase}"
