# Two commands on a fresh machine: `make demo` and `make test`. Only python3 (3.11 or newer), its venv module and make
# are presumed. Everything goes into .venv; nothing outside this folder is touched.
#
# Installing talks on standard error and reads nothing, so that `make demo < questions.txt > answers.txt` holds the
# questions' answers and nothing else.

VENV := .venv
BIN := $(VENV)/bin
PACKAGES := bot domain integrations scheduler storage
# More than the cores: tests of chats wait for paces and leases.
WORKERS ?= 3
ARGS ?=

# Without bytecode on disk every start would compile the program and its libraries anew: 1.4 s instead of 0.5 s.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH PYTHONHOME

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

.PHONY: help demo test suite lint bench docs migration lock clean
.DEFAULT_GOAL := help

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/run.stamp  ## open the chat on a living demo shop
	@$(BIN)/zhanggui demo $(ARGS)

# Side by side: the type checker keeps one core busy for a minute and leaves the others to the suite.
test: $(VENV)/dev.stamp  ## the whole suite on SQLite and PostgreSQL, linters, types and import rules
	@$(MAKE) --no-print-directory --jobs 2 lint suite

suite: $(VENV)/dev.stamp
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: $(VENV)/dev.stamp  ## linters, types and import rules alone
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(VENV)/dev.stamp  ## measure imports and answers (ARGS=… is handed on)
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(VENV)/dev.stamp  ## write the tables in docs/ anew from the code
	@$(BIN)/python -m tests.architecture.pages

migration: $(VENV)/dev.stamp  ## write the next migration from the models: make migration WHAT="add mottos"
	@$(BIN)/python -m storage.migrations $(WHAT)

lock:  ## pin the dependencies anew (the one command that needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, https://docs.astral.sh/uv" >&2; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  $(ARGS) --extra build -o requirements/run.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --constraint requirements/run.txt $(ARGS) --extra build --extra dev -o requirements/dev.txt pyproject.toml

clean:  ## remove the environment and every cache; databases stay
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(PACKAGES) tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# The first python3 that is new enough and can make environments (Debian ships one that cannot without python3-venv).
$(BIN)/python:
	@for python in python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    rm -rf $(VENV) && exec $$python -m venv $(VENV) 1>&2 </dev/null; \
	  fi; \
	done; \
	echo "zhanggui needs Python 3.11 or newer with its venv module; python3 here is" \
	  "$$(python3 --version 2>/dev/null || echo missing). Install one (Debian, Ubuntu: apt install python3 python3-venv)." >&2; \
	exit 1

# The pinned libraries with their hashes, then the program itself, from this folder and without the network. Of the
# libraries much is never imported: Python compiles what is, once, when it is.
define install
	@echo "Installing zhanggui into $(VENV) (about a minute the first time) …" >&2
	@$(PIP) install --no-compile --require-hashes -r requirements/$(1).txt 1>&2 </dev/null
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable . 1>&2 </dev/null
	@$(BIN)/python -m compileall -q $(PACKAGES) 1>&2 </dev/null
endef

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	$(call install,run)
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt requirements/run.txt pyproject.toml | $(BIN)/python
	$(call install,dev)
	@touch $(VENV)/run.stamp $@
