"""Groups of dependencies that are installed on request: ``pip install 'khop[engine]'``.

``khop`` alone has the connectors, the mappings and the adapters over HTTP. When
another package is missing, the error names the extra that brings it; Python alone would say
``No module named 'sqlalchemy'``.
"""

from __future__ import annotations

from importlib.util import find_spec

#: Module that may be missing -> the extra that brings it; a test holds it equal to pyproject.toml.
EXTRA_OF = {
    "adbc_driver_sqlite": "engine",
    "alembic": "engine",
    "apscheduler": "daemon",
    "cronsim": "daemon",
    "prometheus_client": "daemon",
    "duckdb": "engine",
    "ibis": "engine",
    "jinja2": "engine",
    "pyarrow": "engine",
    "pyarrow_hotfix": "engine",
    "sqlalchemy": "engine",
    "python_calamine": "files",
    "xlsxwriter": "files",
    "psycopg": "postgres",
    "pandas": "spark",
    "pyspark": "spark",
    "pytest": "testing",
}


def missing_extra(error: ModuleNotFoundError) -> str | None:
    """The extra that brings the module that was not found; None when no extra does."""
    return EXTRA_OF.get((error.name or "").partition(".")[0])


def is_installed(extra: str) -> bool:
    """Whether every module of an extra can be imported here."""
    return all(_is_there(module) for module, brings in EXTRA_OF.items() if brings == extra)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:  # sys.modules holds None or an object without a spec
        return False
