# Needs only make and Python 3.11 or newer with venv and pip. PYTHON=python3.12 make … chooses another.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help

# Each worker would otherwise compile all tests anew; what is compiled lies in __pycache__ and goes with git's ignored files.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test coverage sweep torture check format lint types layers docs bench clean

help: ## what there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "reader needs Python 3.11 or newer; PYTHON=python3.12 make … chooses one")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[all,dev]'
	$(BIN)/python -m compileall -q reader
	@touch $@

.venv: $(STAMP)

run: $(STAMP) ## open the program on the sample articles
	$(BIN)/reader --project data seeds

test: $(STAMP) ## run the tests, in parallel
	$(BIN)/python -m pytest -n auto --dist worksteal

# A child that is killed leaves no figures, or a torn file of them that `combine` names and passes over.
coverage: $(STAMP) ## run the tests and say how many lines of the data path they run through, in child processes too
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -n auto --dist worksteal --timeout 600
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

sweep: $(STAMP) ## kills, faults and hostile text by the hundred
	$(BIN)/python -m pytest -n auto --dist worksteal -m 'sweep and not torture'

torture: $(STAMP) ## the long sweeps: kills, faults and flips by the thousand
	$(BIN)/python -m pytest -n auto --dist worksteal -m torture
	HYPOTHESIS_PROFILE=new $(BIN)/python -m pytest -n auto --dist worksteal

docs: $(STAMP) ## write docs/commands.md, keys.md and settings.md anew from the program
	$(BIN)/python -m reader.cli.manual

# What `make test` and `make sweep` run, in one go: one collection and one last test to wait for.
check: $(STAMP) format lint types layers ## all that must hold before a change lands
	$(BIN)/python -m pytest -n auto --dist worksteal -m 'not torture'

format: $(STAMP)
	$(BIN)/ruff format --check .

lint: $(STAMP)
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

bench: $(STAMP) ## measure start, keys, search and export beside bare yardsticks
	$(BIN)/python -m bench.start
	$(BIN)/python -m bench.keys
	$(BIN)/python -m bench.patterns
	$(BIN)/python -m bench.coding
	$(BIN)/python -m bench.export 100000
	$(BIN)/python -m bench.search

clean: ## remove the environment and caches, never data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
