# Seedbed. Needs only make and Python 3.11 or newer; everything else is installed into .venv by the first target.

PY := .venv/bin/python
SIZE ?= small
# The demo never touches the database of an office, whatever the shell that starts it says.
IN_DEMO := env -u DATABASE_URL SEEDBED_MODE=demo
export PORT ?= 8000
export PYTHON

.PHONY: help demo test soak check bench mutants clean venv venv-dev

help:
	@echo "make demo     set everything up, load the demo data, serve it at http://127.0.0.1:$(PORT)/  (SIZE=full for all of it)"
	@echo "make test     the test suite on SQLite, on PostgreSQL and in a browser, as far as they are here"
	@echo "make soak     the same with the long settings"
	@echo "make check    style, migrations, layers, templates, deployment settings"
	@echo "make bench    the benchmarks, beside their targets"
	@echo "make mutants  break one guard at a time and see that a test turns red"
	@echo "make clean    remove what the targets made, but never var/"

venv:
	@sh .ci/venv requirements.txt

venv-dev:
	@sh .ci/venv requirements-dev.txt

# The mode test has secrets of its own, so it can write those that every other mode asks for.
demo: venv
	@mkdir -p var
	@$(IN_DEMO) $(PY) manage.py make_secrets
	@$(IN_DEMO) $(PY) manage.py migrate --verbosity 0
	@$(IN_DEMO) $(PY) manage.py load_demo --size $(SIZE)
	@exec $(IN_DEMO) $(PY) manage.py serve_demo

test: venv-dev
	@$(PY) -m tests.run

soak: venv-dev
	@$(PY) -m tests.run --soak

check: venv-dev
	@$(PY) -m tests.check

bench: venv-dev
	@$(PY) -m benchmarks

mutants: venv-dev
	@$(PY) -m tests.mutants

clean:
	rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov test-results staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
