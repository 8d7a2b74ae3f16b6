# Each target does its own set-up: Python 3.11 to 3.13 and make are all that is needed.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Twice as many workers as cores, as tests wait for servers and processes half of their time.
ON_ALL_CORES = --numprocesses $(shell $(BIN)/python -c 'import os; print(min(6, 2 * (os.cpu_count() or 1)))') \
	--dist loadfile --no-loadscope-reorder --durations 15 --durations-min 5
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1

LOGS ?=
SPECS ?=
DATA ?=
TESTS ?=
SPAWNS ?= 100000
HOOKS ?= 10000

.PHONY: run test test-long test-wheel test-clients lint lint-platforms format ui bench bench-ingest bench-routing bench-trials bench-efforts bench-lookup bench-hooks bench-workers bench-scale bench-team lock licenses clean help

help:  ## Say what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(VENV)/.learn  ## Learn from the logs: make run [LOGS=<Claude home>] [SPECS=<folder>]; what is named is remembered
	@$(BIN)/spawnwise learn $(if $(LOGS),--logs "$(LOGS)") $(if $(SPECS),--specs "$(SPECS)") $(if $(LOGS)$(SPECS),--remember)

ui: $(VENV)/.learn  ## Open Dagster's web page on the nightly run
	@$(BIN)/spawnwise ui

test: $(VENV)/.dev  ## Run the tests, or some: make test TESTS=<file, folder or file::test>
	@$(BIN)/python -m pytest $(or $(TESTS),$(ON_ALL_CORES))

test-long: $(VENV)/.dev  ## Run the tests with the long profiles of the property and fault tests
	@SPAWNWISE_TEST_PROFILE=long $(BIN)/python -m pytest $(ON_ALL_CORES)

test-wheel: $(VENV)/.dev  ## Build the package and run it from clean environments
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest tests/packaging

test-clients: $(VENV)/.dev  ## Run real clients against a scripted model server; installs them from npm into build/clients
	@npm install --silent --no-fund --no-audit --prefix build/clients/claude @anthropic-ai/claude-code@latest
	@npm install --silent --no-fund --no-audit --prefix build/clients/claude-spring @anthropic-ai/claude-code@2.1.112
	@npm install --silent --no-fund --no-audit --prefix build/clients/codex @openai/codex@latest
	@npm install --silent --no-fund --no-audit --prefix build/clients/opencode opencode-ai@latest
	@$(BIN)/python -m pytest tests/clients

lint: $(VENV)/.dev  ## Check format, style, types and SQL
	@$(BIN)/ruff format --check --no-cache .
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project

lint-platforms: $(VENV)/.dev  ## Check the types of what only Windows or macOS would run
	@for platform in win32 darwin; do $(BIN)/mypy --platform $$platform --cache-dir .mypy_cache/$$platform || exit 1; done

format: $(VENV)/.dev  ## Format and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/sqlfluff fix dbt_project

bench: bench-ingest bench-routing bench-trials bench-lookup bench-workers  ## Measure speed and quality: make bench LOGS=<folder> DATA=<folder>

bench-ingest: $(VENV)/.dev  ## Measure reading of logs: make bench-ingest LOGS=<folder>
	@$(BIN)/python -m tests.benchmarks.ingest "$(LOGS)"

bench-routing: $(VENV)/.bench  ## Replay public routing outcomes: make bench-routing DATA=<folder>
	@$(BIN)/python -m tests.benchmarks.routing "$(DATA)"

bench-trials: $(VENV)/.bench  ## Replay trials on public outcomes: make bench-trials DATA=<file>
	@$(BIN)/python -m tests.benchmarks.trials "$(DATA)"

bench-workers: $(VENV)/.bench  ## Measure one worker and two: make bench-workers LOGS=<folder>
	@$(BIN)/python -m tests.benchmarks.workers "$(LOGS)"

bench-scale: $(VENV)/.bench  ## Measure whole runs on many spawns: make bench-scale SPAWNS=100000
	@$(BIN)/python -m tests.benchmarks.scale --spawns $(SPAWNS)

bench-team: $(VENV)/.dev  ## Compare the README's answers about a planted team of 40 with what was planted
	@$(BIN)/python -m tests.benchmarks.team

bench-efforts: $(VENV)/.bench  ## Replay models at several efforts: make bench-efforts DATA=<file>
	@$(BIN)/python -m tests.benchmarks.efforts "$(DATA)"

bench-lookup: $(VENV)/.bench  ## Measure lookups at spawn time
	@$(BIN)/python -m tests.benchmarks.lookup

bench-hooks: $(VENV)/.bench  ## Run thousands of hooks, ten at once, and count what was lost: make bench-hooks HOOKS=10000
	@$(BIN)/python -m tests.benchmarks.lookup.endurance --hooks $(HOOKS)

# The lock is a constraint on every set-up, so that all of them install the same versions. Bytecode is made now and not
# by each command again, where PYTHONDONTWRITEBYTECODE is set or the folder cannot be written: it halves their start.
$(VENV)/.learn $(VENV)/.dev $(VENV)/.bench: $(VENV)/.%: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Spawnwise needs Python 3.11, 3.12 or 3.13 on the PATH, or PYTHON=<path>."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module is missing (Debian: apt-get install python3-venv)."; exit 1; }
	@echo "Installing into $(VENV) (once) ..."
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --requirement $(VENV)/uv.txt
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --constraint requirements.lock --editable ".[$*]"
	@$(BIN)/python -m compileall -q pipelines recommender
	@touch $@

lock: $(VENV)/.dev  ## Renew requirements.lock from pyproject.toml: names, versions and hashes, for every platform
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --extra dev --extra bench pyproject.toml --output-file requirements.lock

licenses: $(VENV)/.dev  ## List the licenses of all packages that an installation brings along
	@$(BIN)/python -m tests.support.licenses

clean:  ## Remove what these targets made here (data in SPAWNWISE_HOME stays)
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
