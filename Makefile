# Takt. `make run` starts it, `make test` checks it; both prepare what they need.
.DEFAULT_GOAL := help
.PHONY: help python setup setup-dev run test lint types format messages lock bench screens torture
MAKEFLAGS += --no-print-directory

PORT ?= 8000
# The first interpreter that is new enough; `make run PYTHON=/path/to/python` names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
IN_VENV := .venv/bin/python

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

python:
	@test -n "$(PYTHON)" || { echo 'Takt needs Python 3.11 or newer: run `sudo apt install python3 python3-venv`, then try again.' >&2; exit 1; }

setup: python ## prepare the environment alone: .venv, packages, the pages' third-party files
	@$(PYTHON) -m tools.setup

setup-dev: python
	@$(PYTHON) -m tools.setup --dev

run: setup ## start the program with a demo company: make run, make run PORT=8123
	@exec $(IN_VENV) manage.py serve --prepare --port $(PORT)

test: python ## run every check: lint, types, contracts, suites on SQLite and PostgreSQL, browser
	@$(PYTHON) -m tools.check

lint: python ## style, import contracts, types, missing migrations, untranslated messages
	@$(PYTHON) -m tools.check lint

types: setup-dev ## mypy alone
	@$(IN_VENV) -m mypy

format: setup-dev ## put the code in shape: ruff's fixes and format
	@$(IN_VENV) -m ruff check --fix . ; $(IN_VENV) -m ruff format .

messages: setup-dev ## collect the interface's messages into the Russian catalogues
	@$(IN_VENV) manage.py messages

lock: setup-dev ## compile the locks anew from requirements*.txt and package.json
	@$(IN_VENV) -m tools.lock

SIZE ?= small
DB ?= both
bench: setup-dev ## time the pages on SQLite and PostgreSQL: make bench, make bench SIZE=large DB=sqlite
	@$(IN_VENV) -m tools.bench --size $(SIZE) --db $(DB)

ONLY ?=
screens: setup-dev ## pictures of every page at 1440 and 360 px for each role: make screens, make screens ONLY=board
	@$(IN_VENV) -m tools.screens $(ONLY)

HISTORIES ?= 2000
torture: setup-dev ## closed days against the oracle over random histories: make torture, make torture HISTORIES=10000
	@TAKT_HISTORIES=$(HISTORIES) $(IN_VENV) -m pytest tests/kpi/test_oracle_agrees.py -n auto -q
