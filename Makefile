# Concord: `make run` tries it out, `make test` proves it. Nothing else needs to be installed by hand.

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes --no-deps
LOCK := uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	--no-emit-index-url --no-emit-find-links --upgrade
# Tests choose their own home, whatever the shell around them is set up for.
CLEAN_ENV := env -u DATABASE_URL -u REDIS_URL -u SECRET_KEY -u ALLOWED_HOSTS -u DEBUG -u DJANGO_SETTINGS_MODULE
WORKERS ?= 2
PYTEST := pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --tb=native

.PHONY: run test gallery machine test-sqlite test-postgres lint lock messages clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	@exec $(BIN)/python manage.py run_portal --port $(PORT)

test: machine lint test-sqlite test-postgres

# The servers, the browser and the printing library that the tests use.
machine: $(VENV)/.test
	$(BIN)/python -m tests.machine

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(CLEAN_ENV) $(BIN)/python -m tests.home $(BIN)/python manage.py makemigrations --check --dry-run

# Browser journeys run once, on PostgreSQL, and what asks for no database once, on SQLite. A file stays with one
# worker, as its tests share what was made for them; the long files come first. Plain tracebacks: reading the source
# of a failure inside a browser's coroutine can crash Python 3.11 and the whole run with it.
test-sqlite: machine
	$(CLEAN_ENV) $(BIN)/python -m tests.home $(BIN)/python -m $(PYTEST) -m "not journey"

test-postgres: machine
	$(CLEAN_ENV) $(BIN)/python -m tests.stack $(BIN)/python -m $(PYTEST) --second-pass

# A picture of every page, role, width and theme in var/gallery, to be looked at; some ten minutes.
GALLERY ?= var/gallery
gallery: machine
	$(CLEAN_ENV) CONCORD_GALLERY=$(abspath $(GALLERY)) $(BIN)/python -m tests.home $(BIN)/python -m pytest \
		-n $(WORKERS) --tb=native tests/journeys/test_gallery.py

# Version pins with hashes, from the short lists.
lock:
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) requirements-pdf.in -o requirements-pdf.txt
	$(LOCK) requirements-bench.in -o requirements-bench.txt

# Collect the sentences of code and templates, and compile their translations; needs gettext.
messages: $(VENV)/.test
	$(BIN)/python manage.py makemessages --all --no-obsolete --no-wrap --add-location=file \
		--ignore=.venv --ignore=var --ignore=tests --ignore=bench
	$(BIN)/python manage.py compilemessages --ignore=.venv

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		"$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue; \
		"$$candidate" -m venv $(VENV) && exit 0; \
		echo "$$candidate cannot make a virtual environment; on Debian install python3-venv." >&2; rm -rf $(VENV); exit 1; \
	done; echo "Concord needs Python 3.11, 3.12 or 3.13; none of them was found." >&2; exit 1

$(VENV)/.run: requirements.txt | $(BIN)/python
	@echo "Installing what Concord needs into $(VENV) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.test: requirements-dev.txt requirements-pdf.txt $(VENV)/.run
	@echo "Installing what the tests need into $(VENV) …"
	@$(PIP) -r requirements-dev.txt
	@$(PIP) -r requirements-pdf.txt
	@touch $@
