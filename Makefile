# What one can do here; `make` alone lists it. Every target sets up what it needs in .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PACKAGES := evidence language crawler extract classify warehouse synthesis web pipeline
CORES ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast check style types layers docs quality bench asreview clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## create .venv, install everything, prepare the language model

$(READY): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "integrand needs Python 3.11 or newer: make PYTHON=python3.11" >&2; exit 1; }
	@echo "setting up .venv (a few minutes the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,ocr]'
	@$(BIN)/python -m language.encoder
	@touch $(READY)

run: $(READY)  ## build a small evidence base from the demo's documents and show what it found
	@$(BIN)/integrand demo

test: check  ## every check and every test, on both cores
	$(BIN)/pytest -n $(CORES)

test-fast: check  ## every check, and the tests that take seconds
	$(BIN)/pytest -n $(CORES) -m "not slow"

check: style types layers docs  ## style, types, layers, docs

style: $(READY)
	$(BIN)/ruff check $(PACKAGES) tests

types: $(READY)
	$(BIN)/mypy $(PACKAGES)

layers: $(READY)
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/python -m tests.docs_check

quality: $(READY)  ## measure extraction and classification against the gold labels; fails below the floors
	$(BIN)/python -m tests.quality

bench: $(READY)  ## measure speed and memory
	$(BIN)/python -m tests.bench

asreview: $(READY)  ## read exports by ASReview's own reader, installed beside the project
	@test -x .venv-asreview/bin/python || ($(PYTHON) -m venv .venv-asreview && .venv-asreview/bin/pip install --quiet asreview)
	@$(BIN)/pytest tests/warehouse/test_asreview.py

clean:  ## remove what setup and the checks made (never an evidence base)
	rm -rf $(VENV) .venv-asreview .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build *.egg-info
