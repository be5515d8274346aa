# Every target does its own set-up in .venv (make VENV=… TARGET for another place); bare `make` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# It says what went wrong, and nothing else: no notices, no warnings, no progress.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --root-user-action ignore --no-compile --progress-bar off \
  --quiet --quiet
SOURCES := alerts cli crawler demo exchange models reports summaries workers tests $(wildcard benchmarks) $(wildcard *.py)

# Compiled modules are kept, whatever the environment says: the service is a dozen processes, and each would compile all
# of them anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test up lint format bench fuzz lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamp's name holds the lock's checksum, so a changed lock installs anew and nothing else does.
RUN_STAMP := $(VENV)/run-$(shell cksum < requirements.lock | cut -d' ' -f1)
DEV_STAMP := $(VENV)/dev-$(shell cksum < requirements-dev.lock | cut -d' ' -f1)
BENCH_STAMP := $(VENV)/bench-$(shell cksum < requirements-bench.lock | cut -d' ' -f1)

$(BIN)/python:
	@echo "· making a Python environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Nianbao needs Python 3.11 to 3.13; call: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): | $(BIN)/python
	@echo "· installing what Nianbao needs (once)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/run-*; touch $@

$(DEV_STAMP): $(RUN_STAMP) | $(BIN)/python
	@echo "· installing what the tests need (once)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@rm -f $(VENV)/dev-*; touch $@

$(BENCH_STAMP): $(DEV_STAMP) | $(BIN)/python
	@echo "· installing what the readers are compared with (once)"
	@$(PIP) --require-hashes -r requirements-bench.lock
	@rm -f $(VENV)/bench-*; touch $@

setup: $(DEV_STAMP) ## the Python environment, with all that the tests need

demo: $(RUN_STAMP) ## the main job once: crawl, read, check, alert, summarise
	@$(BIN)/nianbao demo

test: $(DEV_STAMP) ## all tests, on real servers of their own (ARGS="-m 'not slow'" leaves out what takes long)
	@echo "· running the tests" # six at once: on two cores most of the time of those that start services is waiting
	@$(BIN)/python -m pytest -n 6 --dist loadscope --no-loadscope-reorder $(ARGS)

up: $(RUN_STAMP) ## the whole service on this machine, until Ctrl-C
	@$(BIN)/nianbao up

lint: $(DEV_STAMP) ## style, types, order of imports
	@echo "· ruff"; $(BIN)/ruff check $(SOURCES) && $(BIN)/ruff format --check --quiet $(SOURCES)
	@echo "· mypy"; $(BIN)/mypy $(SOURCES)
	@echo "· import-linter"; $(BIN)/lint-imports

format: $(DEV_STAMP) ## put the sources in order
	@$(BIN)/ruff check --fix --quiet $(SOURCES); $(BIN)/ruff format $(SOURCES)

bench: $(BENCH_STAMP) ## measure reading, checking, the narrative, growth and the service, as ratios
	@$(BIN)/python -m benchmarks

fuzz: $(DEV_STAMP) ## throw mutated documents at the readers, for long
	@NIANBAO_FUZZ=$${NIANBAO_FUZZ:-20000} $(BIN)/python -m pytest tests/reports/test_fuzz.py --timeout=0

lock: $(DEV_STAMP) ## renew the pinned dependencies; the locks name no registry
	@$(PIP) uv
	@export UV_CUSTOM_COMPILE_COMMAND="make lock"; OPTIONS="--universal --generate-hashes --no-annotate --python-version 3.11 --quiet --upgrade"; \
	  $(BIN)/uv pip compile $$OPTIONS pyproject.toml -o requirements.lock && \
	  $(BIN)/uv pip compile $$OPTIONS pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock && \
	  $(BIN)/uv pip compile $$OPTIONS --group bench -c requirements-dev.lock -o requirements-bench.lock && \
	  $(BIN)/uv pip compile $$OPTIONS --group render -c requirements-dev.lock -o requirements-render.lock

clean: ## remove the environment and all that was made
	@rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
