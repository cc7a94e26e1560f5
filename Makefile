# Everything happens in .venv, built from the locks; nothing outside this folder is touched.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help run test lint format bench peers soak flood faults lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
ARGS ?=
KILLS ?= 50
PEERS ?= tests/peers

help:  ## what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 - \2/p' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp  ## the demo: a past log played as if it happened now (ARGS="…" for slamon demo)
	@exec $(BIN)/slamon demo $(ARGS)

test: $(VENV)/dev.stamp  ## the tests (ARGS="-k word" for pytest)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

lint: $(VENV)/dev.stamp  ## style, types, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/dev.stamp  ## put the code into its style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/dev.stamp  ## how fast it is
	@$(BIN)/python -m tests.bench

peers: $(VENV)/dev.stamp  ## the sources against real helpdesks (tests/peers/install.sh installs them, as root on Debian)
	@$(BIN)/python -m pytest $(PEERS) $(ARGS)

soak: $(VENV)/dev.stamp  ## kill the real service again and again under traffic (KILLS=50)
	@$(BIN)/python -m tests.e2e.soak --kills $(KILLS)

flood: $(VENV)/dev.stamp  ## 10,000 promises broken within a minute, and nobody drowned (two and a half minutes)
	@$(BIN)/python -m tests.e2e.flood

faults: $(VENV)/dev.stamp  ## the fault matrix, each row with what saves slamon and without; writes docs/fault-matrix.md
	@$(BIN)/python -m tests.faults

lock: $(VENV)/lock.stamp  ## newer versions into the locks
	@$(VENV)/lock/bin/uv pip compile --quiet --upgrade $(LOCKING) --output-file requirements.lock
	@$(VENV)/lock/bin/uv pip compile --quiet --upgrade $(LOCKING) --extra dev --constraints requirements.lock \
		--output-file requirements-dev.lock

clean:  ## remove what was made here
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

LOCKING := pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links

$(VENV)/venv.stamp:
	@command -v $(PYTHON) >/dev/null 2>&1 || \
		{ echo "make: no $(PYTHON) found: install Python 3.11 or later, or say PYTHON=/path/to/python3" >&2; exit 3; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $$($(PYTHON) -V) is too old: install Python 3.11 or later, or say PYTHON=/path/to/python3.11" >&2; exit 3; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "make: $(PYTHON) cannot make virtual environments: install its venv module (Debian: apt-get install python3-venv)" >&2; exit 3; }
	@echo "Making $(VENV) with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/run.stamp: requirements.lock pyproject.toml slamon/__init__.py $(VENV)/venv.stamp
	@echo "Installing what slamon needs (requirements.lock)"
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@echo "Installing what the tests need (requirements-dev.lock)"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/lock.stamp: $(VENV)/venv.stamp
	@echo "Installing uv, which makes the locks"
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check install --quiet uv
	@touch $@
