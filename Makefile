# Two commands for a fresh machine: `make run` and `make test`. They need make and a Python of 3.11 or newer, with venv.

PORT ?= 8000
DATA ?= caunoi-data
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes
# Stamps: a set-up is repeated when what it was made from has changed.
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
LOCK := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help setup run demo test test-long lint format bench lock clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(DEV) ## the environment in .venv with all that run, test, lint and bench need

run: $(RUN) ## everything, with the demonstration commune; PORT=8000 DATA=caunoi-data; Ctrl-C stops it
	@exec $(VENV)/bin/caunoi up --demo --port "$(PORT)" --data "$(DATA)"

demo: $(RUN) ## the demonstration commune, into the system that runs on DATA
	@exec $(VENV)/bin/caunoi demo --data "$(DATA)"

test: $(DEV) ## all tests but the long ones, two at a time, each with servers of its own
	$(VENV)/bin/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

test-long: $(DEV) ## the long ones, too
	$(VENV)/bin/python -m pytest -m "long or not long"

lint: $(DEV) ## ruff, mypy, and who may import whom
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest --quiet tests/test_rooms.py

format: $(DEV) ## the source as `lint` wants it
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(DEV) ## every figure that can be measured on this machine
	$(VENV)/bin/python -m bench

lock: $(DEV) ## requirements/*.txt anew from pyproject.toml (needs uv)
	$(LOCK) pyproject.toml --output-file requirements/run.txt
	$(LOCK) pyproject.toml --group dev --group bench --output-file requirements/dev.txt
	$(LOCK) --group build --output-file requirements/build.txt

clean: ## removes the environment, not the data
	rm -rf $(VENV)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "caunoi needs Python 3.11 or newer: install it, or make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make an environment: install its venv module (Debian: apt install python3-venv)" >&2; exit 1; }

$(RUN): requirements/run.txt $(VENV)/bin/caunoi
	@echo "installing what runs (once)" >&2
	@$(PIP) --requirement requirements/run.txt
	@touch $@

$(DEV): requirements/dev.txt requirements/run.txt $(VENV)/bin/caunoi
	@echo "installing what runs, tests, lints and measures (once)" >&2
	@$(PIP) --requirement requirements/dev.txt
	@touch $(RUN) $@

# The source is run from where it lies; installing it gives the program its name and its version.
$(VENV)/bin/caunoi: pyproject.toml requirements/build.txt | $(VENV)/bin/python
	@$(PIP) --requirement requirements/build.txt
	@$(VENV)/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation --no-deps --editable .
	@touch $@
