# Everything that a newcomer or a contributor runs. Needs Python 3.11 or newer, git and make.
#
#   make demo     the real bot in a simulated Discord, with a sample relay: no token, no key
#   make test     the whole test suite
#   make lint     style, types and the direction of imports
#   make bench    what it costs, each figure beside another's (takes minutes)
#   make soak     the bot killed 60 times amid hundreds of jobs (takes minutes)
#   make setup    the environment in .venv alone (the others do it by themselves)
#   make lock     the requirements files anew, from pyproject.toml (needs uv)
#   make clean    take away everything that these have made
#
# PYTHON=/path/to/python chooses the interpreter.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OLDEST := 3, 11

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint soak bench lock clean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(READY)

# Made again only when the lock changed: the file says which lock it was filled from.
$(READY): requirements-dev.txt
	@python=""; \
	for name in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python); do \
	    if "$$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < ($(OLDEST)))' \
	        >/dev/null 2>&1; then python="$$name"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Clapper needs Python 3.11 or newer with venv, and found none$(if $(PYTHON), at $(PYTHON))." >&2; \
	    echo "On Debian and Ubuntu: apt install python3-venv. Elsewhere: https://www.python.org" >&2; \
	    echo "Is it in another place? make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	fi; \
	if cmp -s requirements-dev.txt $(READY) && [ -x $(BIN)/python ]; then touch $(READY); exit 0; fi; \
	echo "Setting up $(VENV) with $$("$$python" --version) ..."; \
	"$$python" -m venv --clear $(VENV) && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	    -r requirements-dev.txt && \
	cp requirements-dev.txt $(READY)

demo: $(READY)
	@exec $(BIN)/python -m bot demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term-missing:skip-covered

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(READY)
	$(BIN)/python -m tests.soak

bench: $(READY)
	$(BIN)/python -m bench

UV_COMPILE := uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-strip-extras --python-version 3.11 --no-header -q

lock:
	$(UV_COMPILE) --all-extras -o requirements-dev.txt
	$(UV_COMPILE) --extra postgres -c requirements-dev.txt -o requirements.txt

clean:
	rm -rf $(VENV) .coverage .coverage.* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	    .import_linter_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
