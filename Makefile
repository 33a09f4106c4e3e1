# Two commands do everything: `make report` and `make test`. All they install lies in .venv and
# in the user's cache folder (the embedded Lean, where there is no `lake`).

PYTHON ?= python3
BIN := .venv/bin

.PHONY: report test quick lint format bench clean

report: .venv/ready
	$(BIN)/harness report

# Lean's tests run by themselves: each Lean takes a core and more than a gigabyte, and a build of a
# package starts as many as there are cores for.
test: .venv/ready lint
	$(BIN)/pytest -m "not lean" -n 2 --dist worksteal
	$(BIN)/pytest -m lean

quick: .venv/ready
	$(BIN)/pytest -m "not lean and not slow and not browser" -n 2 --dist worksteal

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/ready
	for script in benchmarks/*.py; do $(BIN)/python -m benchmarks.$$(basename $$script .py) || exit 1; done

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,embedded,symbolic]'
	touch $@

clean:
	rm -rf .venv report dist
