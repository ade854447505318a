# Two targets do all the set-up on a machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --editable

.PHONY: demo test lint check-types layers sarif-validate real bench profile clean

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "privlint needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

# What privlint needs to run, and what its tests need beside; installed again when the requirements change.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(PIP) .
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(PIP) '.[dev]'
	touch $@ $(VENV)/.installed

demo: $(VENV)/.installed ## findings in the sample application, and build/demo.sarif
	@mkdir -p build
	@$(BIN)/privlint check fixtures/apps/cloud_signup --format full --output sarif:build/demo.sarif; \
		status=$$?; \
		if [ $$status -eq 0 ]; then echo "expected findings, found none" >&2; exit 1; fi; \
		[ $$status -eq 1 ] || exit $$status
	@echo "The same findings as SARIF: build/demo.sarif"

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .

check-types: $(VENV)/.installed-dev
	$(BIN)/mypy

layers: $(VENV)/.installed-dev
	$(BIN)/lint-imports --no-cache

test: lint check-types layers ## linters, types, layers, whole suite
	$(BIN)/python -m pytest

sarif-validate: demo ## needs npm
	.ci/sarif-validate build/demo.sarif

real: $(VENV)/.installed-dev ## over real applications; writes tests/real/RESULTS.md
	$(BIN)/python -m tests.real.run

bench: $(VENV)/.installed-dev ## beside a bare parse and its peers; writes tests/bench/RESULTS.md
	$(BIN)/python -m tests.bench.run

profile: $(VENV)/.installed-dev ## where the time of a run goes
	$(BIN)/python -m tests.bench.profile --functions 30

clean:
	rm -rf $(VENV) build dist
