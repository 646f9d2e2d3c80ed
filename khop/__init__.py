"""khop makes what a province's systems say about each administrative dossier agree.

The systems are the one-stop (VNPT iGate), the national public-service portal (DVCQG), the
population database and the post; beside them stand the files that offices keep.

    import khop

    types = khop.adapter_types()
    config = khop.load_config(Path("khop.toml"), types)
    with khop.open_engine(config, types) as engine:
        engine.pull()                        # what the systems say, into the ledger
        engine.reconcile()                   # where they disagree: findings
        for finding in engine.findings():
            print(finding.rule, finding.subject)

Where to go on:

    dir(khop)              all names; help(khop.Engine) shows what one does
    khop.connectors        clients of the systems, without an engine
    khop.mappings          records, codes, calendar, deadlines: pure functions
    khop.adapters          ports that a system of your own implements
    khop.testing           the contract kit for it
    khop.KhopError         the root of all errors: khop.errors draws the tree
    docs/stability.md      which names stay as they are, and until when

Names are loaded when they are first used: importing khop costs nothing. The list of names is
``khop/__init__.pyi``. There is no ``__all__`` at run time, so that help(khop) stays one screen.
"""

import lazy_loader as _lazy_loader

from khop.extras import is_installed as _is_installed
from khop.extras import missing_extra as _missing_extra
from khop.version import __version__ as __version__

_load, _names, _ = _lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        extra = _missing_extra(error)
        if extra is None:
            raise
        hint = f"khop.{name} needs more: pip install 'khop[{extra}]'"
        raise ModuleNotFoundError(hint, name=error.name) from None


def __dir__() -> list[str]:
    names = _names() if _is_installed("engine") else filter(_can_be_loaded, _names())
    return sorted(["__version__", *names])


def _can_be_loaded(name: str) -> bool:
    try:
        _load(name)
    except ModuleNotFoundError:
        return False
    return True
