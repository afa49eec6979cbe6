# One command a task; `make help` lists them. Everything lives in .venv, made when first needed.
PYTHON ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3,$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
HOST ?= 127.0.0.1
PORT ?= 8080

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/uv pip compile pyproject.toml --group lock --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --upgrade

.DEFAULT_GOAL := help
.PHONY: help run test check lint format types dockerfile lock bench cohort-load spark fixtures mutants docs clean bandit torture bench-peer screenshots
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## install what is needed and open the sandbox on http://127.0.0.1:8080
	$(BIN)/tace-cds sandbox --host $(HOST) --port $(PORT)

test: $(VENV)/.dev ## run the tests
	$(BIN)/python -m pytest $(ARGS)

check: lint format types bandit dockerfile test ## all that CI runs: style, types, security, Dockerfile, tests

lint: $(VENV)/.dev
	$(BIN)/ruff check .

format: $(VENV)/.dev
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

bandit: $(VENV)/.dev
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive cards service

dockerfile: $(VENV)/.dev
	$(BIN)/hadolint Dockerfile

lock: $(VENV)/.dev ## renew the lock files from pyproject.toml
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra postgres --constraint requirements.lock --output-file requirements-postgres.lock
	$(LOCK) --extra cohort --extra dev --extra postgres --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) --extra spark --constraint requirements-dev.lock --output-file requirements-spark.lock

torture: $(VENV)/.dev ## the long tests: generated requests, slow clients, floods, leaks (ARGS="--requests 2000"), kills, ten minutes of load (TORTURE_SECONDS=60)
	$(BIN)/python -m tests.torture $(ARGS)
	$(BIN)/python -m pytest tests/torture -o python_files='torture_*.py' --basetemp="$$(mktemp -d)/torture" -s

mutants: $(VENV)/.dev ## change the core a piece at a time and count what the tests notice (takes long; ARGS="cards.liver.*")
	$(BIN)/python -m tests.mutants $(ARGS)

bench: $(VENV)/.dev ## measure speed against the stated floors
	$(BIN)/python -m benchmarks

spark: $(VENV)/.dev ## add PySpark, for the cohort on Spark and its test (needs Java 17)
	@$(PIP) install --require-hashes -r requirements-spark.lock

bench-peer: $(VENV)/.dev
	$(BIN)/python -m venv .venv-peer
	.venv-peer/bin/python -m pip install --quiet healthchain orjson

cohort-load: $(VENV)/.dev ## 100,000 simulated patients: throughput, workers, memory, kill -9 (takes long; ARGS="--patients 2000" is shorter)
	$(BIN)/python -m benchmarks.cohort $(ARGS)

fixtures: $(VENV)/.dev ## write the golden responses again
	$(BIN)/python -m tests.golden --write

screenshots: $(VENV)/.dev ## take the pictures of the docs again (needs Chromium)
	WRITE_SCREENSHOTS=1 REQUIRE_BROWSER=1 $(BIN)/python -m pytest tests/browser/test_screenshots.py

docs: $(VENV)/.dev ## write the generated pages again
	$(BIN)/python -m service.docs

clean: ## remove what these commands made, .venv too
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or later is needed; none found. Name one: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is not Python 3.11 or later"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "make: $(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "making $(VENV) with $(PYTHON) …"
	@"$(PYTHON)" -m venv --clear $(VENV)
	@touch $@

# The runtime lock and the project; a top-level package that is new has to be installed again.
$(VENV)/.runtime: $(VENV)/.made requirements.lock pyproject.toml $(wildcard cards/__init__.py service/__init__.py)
	@echo "installing into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "installing the tools of development …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
