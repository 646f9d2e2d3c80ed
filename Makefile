# Each verb sets up its own .venv from constraints.txt when it is missing or out of date.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
CONSTRAINTS ?= constraints.txt
HASHES := constraints-hashes.txt
PYTHONS := 3.11 3.12 3.13 3.14
SMOKE := tests/adapters tests/audit tests/cli tests/config tests/connectors tests/integration \
	tests/sync/findings tests/sync/ledger tests/sync/test_engine.py tests/test_public_names.py
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
STAMP := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-all test-deep test-pythons test-lowest lowest hashes lint types imports docs sql \
	mutation bench package clean

demo: $(STAMP)
	$(BIN)/khop demo

# The fast tier: what a change is tried with while it is made.
test: $(STAMP)
	$(PYTEST) -m 'not slow and not deep'

# What CI runs, but for whole worlds: the slow tests too, and how much of the package all of them go through.
test-all: $(STAMP)
	$(PYTEST) -m 'not deep' --hypothesis-profile=full --cov

# Thousands of new seeds and examples. It takes hours, and is run by hand.
test-deep: $(STAMP)
	$(PYTEST) -m '' --hypothesis-profile=deep

# The fast tier with each Python that is here.
test-pythons:
	@for version in $(PYTHONS); do \
		python=$$(.ci/find-python $$version) || { echo "Python $$version is not here"; continue; }; \
		$(MAKE) test VENV=.venv-$$version PYTHON="$$python" || exit 1; \
	done

# The parts of the fast tier that use the most of other packages, with the lowest versions of them.
test-lowest:
	$(MAKE) .venv-lowest/.installed VENV=.venv-lowest CONSTRAINTS=constraints-lowest.txt
	.venv-lowest/bin/python -m pytest -n auto --dist worksteal -m 'not slow and not deep' $(SMOKE)

# After a lower bound in pyproject.toml has changed.
lowest: $(STAMP)
	$(BIN)/uv pip compile --quiet --resolution lowest-direct --no-annotate --no-header \
		--python-version 3.11 --extra dev --output-file constraints-lowest.txt pyproject.toml

# After constraints.txt has changed.
hashes: $(STAMP)
	$(BIN)/uv pip compile --quiet --generate-hashes --no-deps --universal --python-version 3.11 \
		--no-annotate --no-header --output-file $(HASHES) constraints.txt

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

docs: $(STAMP)
	$(BIN)/python -m tools.generate_docs

# After a change of cases, of rules, or of the versions of ibis and sqlglot: the SQL that they give.
sql: $(STAMP)
	$(BIN)/python -m tools.rule_sql

mutation: $(STAMP)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev,mutation]'
	$(BIN)/python -m bench.mutation

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --requirement bench/requirements.txt
	$(BIN)/python -m bench

package: $(STAMP)
	rm -rf dist
	$(BIN)/hatchling build

clean:
	rm -rf $(VENV) .venv-* .coverage build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		.grimp_cache

# The build tools come from constraints.txt too, hence no build isolation.
$(STAMP): pyproject.toml $(CONSTRAINTS) $(HASHES)
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or later is needed; none was found" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "make: $(PYTHON) is older than Python 3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --clear $(VENV)
	@test $(CONSTRAINTS) != constraints.txt \
		|| $(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement $(HASHES)
	$(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) hatchling hatch-fancy-pypi-readme editables
	$(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) --no-build-isolation --editable '.[dev]'
	@touch $@
