# Two commands: `make demo` starts the page, `make test` checks everything. Both set up what they need; again in seconds.

PYTHON := .venv/bin/python
export OMP_NUM_THREADS ?= 2

.PHONY: demo test bench crash screenshots setup clean

demo: setup
	@$(PYTHON) app.py serve

test:
	@sh scripts/setup.sh test
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@node=$$(sh scripts/node.sh) && "$$node" --test tests/static/
	@$(PYTHON) -m pytest

bench:
	@sh scripts/setup.sh test
	@$(PYTHON) -m tests.bench

setup:
	@sh scripts/setup.sh run

clean:
	rm -rf .venv static/vendor .mypy_cache .pytest_cache .ruff_cache

crash:
	@sh scripts/setup.sh test
	@$(PYTHON) -m tests.storage.crash --kills 500

screenshots:
	@sh scripts/setup.sh test
	@$(PYTHON) -m tests.browser.screenshots
