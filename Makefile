# `make demo` and `make test` fetch all they need; the others suppose that one of them has run.
PYTHON := .venv/bin/python
PYTEST_ARGS ?=

.PHONY: help bootstrap demo test bench lint format messages pictures env
.DEFAULT_GOAL := help

help:
	@echo "make demo        the programme year 2013 in a browser; PORT=8000"
	@echo "make test        every test; PYTEST_ARGS='-k journal'"
	@echo "make bench       import, freeze and tables against DuckDB and pandas; a round; pages"
	@echo "make lint        ruff, mypy, import-linter, migrations, translations"
	@echo "make format      ruff's formatting and safe corrections"
	@echo "make messages    locale/sv from the source texts"
	@echo "make pictures    the pictures of the guides, from the pages"
	@echo "make env         a .env with fresh secrets, for docker compose"

bootstrap:
	@sh bin/bootstrap

demo: bootstrap
	@$(PYTHON) bin/demo.py

test: bootstrap
	@$(PYTHON) -m pytest $(PYTEST_ARGS)

bench: bootstrap
	@$(PYTHON) -m benchmarks; report=$$?; $(PYTHON) -m benchmarks.pages && exit $$report

lint: bootstrap
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) bin/messages.py check

format: bootstrap
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

messages: bootstrap
	$(PYTHON) bin/messages.py extract
	$(PYTHON) bin/messages.py compile

pictures: bootstrap
	GUIDE_PICTURES=1 $(PYTHON) -m pytest tests/e2e/test_guide_pictures.py \
		tests/e2e/test_staff_guide_pictures.py \
		tests/e2e/test_after_decision_guide_pictures.py -n 0

env:
	@sh bin/make-env
