# Two targets do all the set-up on a machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint check-types layers sarif-validate real clean

$(BIN)/privlint: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "privlint needs Python 3.11 or later; try make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(BIN)/privlint

demo: $(BIN)/privlint ## findings in the sample application, and build/demo.sarif
	mkdir -p build
	$(BIN)/privlint check fixtures/apps/cloud_signup --format full --output full:/dev/stdout --output sarif:build/demo.sarif --exit-zero
	@echo "SARIF written to build/demo.sarif"

lint: $(BIN)/privlint
	$(BIN)/ruff check .

check-types: $(BIN)/privlint
	$(BIN)/mypy

layers: $(BIN)/privlint
	$(BIN)/lint-imports --no-cache

test: $(BIN)/privlint lint check-types layers ## linters, types, layers, whole suite
	$(BIN)/python -m pytest

sarif-validate: demo
	.ci/sarif-validate build/demo.sarif

real: $(BIN)/privlint ## over real applications; writes tests/real/RESULTS.md
	$(BIN)/python -m tests.real.run

clean:
	rm -rf $(VENV) build dist
