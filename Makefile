# Clausebook: `make ask` installs the core and answers a question, `make test` runs every check.

VENV   := .venv
BIN    := $(VENV)/bin
CORE   := $(VENV)/core-installed
TEST   := $(VENV)/test-installed
PYTHON ?= $(firstword $(foreach python,python3 python3.14 python3.13 python3.12 python3.11,\
  $(if $(shell $(python) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>&1 | grep -x True),$(python))))

BOOK := 1992-plan
CASE := rules/1992-plan.cases/annual-limit.md
Q    := May Ann Lee receive 30,000 shares on September 1, 2001?

.DELETE_ON_ERROR:
.PHONY: help ask test check fuzz bench bench-ledger format clean

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

ask: $(CORE) ## Ask a book a question (BOOK=…, CASE=…, Q="…" to ask another)
	@$(BIN)/clausebook ask "$(BOOK)" --case "$(CASE)" "$(Q)"

test: check ## Run every check: lint, format, types, and all tests with the documents and case files
	@$(BIN)/python -m pytest -n 2

check: $(TEST) ## Lint, format and types alone
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fuzz: $(TEST) ## Run the property tests for long
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n auto

bench: $(TEST) ## Measure speed
	@$(BIN)/python -m bench

bench-ledger: $(TEST) ## Measure a whole ledger, by the rules and by hand
	@$(BIN)/python -m bench.ledger

format: $(TEST) ## Put the code into its one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: ## Remove all that was made
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(CORE): pyproject.toml | $(BIN)/python
	@$(call install,.)

$(TEST): pyproject.toml | $(BIN)/python
	@$(call install,.[test])
	@touch $(CORE)

# A failed attempt leaves nothing behind that the next one would take for an environment.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Clausebook needs Python 3.11 or later on the PATH: install it, or say where it is with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Clausebook needs Python 3.11 or later, and $(PYTHON) is not: say where it is with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments: install its venv module (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) >$(VENV).log 2>&1 || { rm -rf $(VENV); echo "$(PYTHON) could not make the environment $(VENV): see $(VENV).log" >&2; exit 1; }
	@rm -f $(VENV).log

# Installs in place, quietly; says one line if it cannot, with the log for whoever needs it.
define install
echo "Installing into $(VENV) …" >&2; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --editable "$(1)" >$(VENV)/install.log 2>&1 \
  || { echo "Clausebook could not be installed: pip needs a package index it can reach (see $(VENV)/install.log)" >&2; exit 1; }; \
touch "$@"
endef
