# Each verb sets up its own .venv from constraints.txt when it is missing or out of date.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
STAMP := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-all test-deep lint types imports docs mutation bench clean

demo: $(STAMP)
	$(BIN)/khop demo

# The fast tier: what a change is tried with while it is made.
test: $(STAMP)
	$(PYTEST) -m 'not slow and not deep'

# What CI runs.
test-all: $(STAMP)
	$(PYTEST) -m 'not deep' --hypothesis-profile=full

# Thousands of new seeds and examples. It takes hours, and is run by hand.
test-deep: $(STAMP)
	$(PYTEST) -m '' --hypothesis-profile=deep

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

docs: $(STAMP)
	$(BIN)/python -m tools.generate_docs

mutation: $(STAMP)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev,mutation]'
	$(BIN)/python -m bench.mutation

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --requirement bench/requirements.txt
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The build tools come from constraints.txt too, hence no build isolation.
$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or later is needed; none was found" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "make: $(PYTHON) is older than Python 3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt hatchling hatch-fancy-pypi-readme editables
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $@
