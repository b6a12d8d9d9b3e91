# Each target sets up what it needs. Python 3.12 or 3.13 and make are enough to start.
PYTHON := .venv/bin/python
UV_COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.12 \
	--generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench screenshots lock

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

demo: ## Fill a demo company, start everything, run the first sync (ARGS="--once --json")
	@scripts/setup runtime
	@$(PYTHON) manage.py demo $(ARGS)

test: ## Everything that CI runs: lint, the whole suite, coverage
	@scripts/setup dev
	@$(PYTHON) scripts/check.py $(ARGS)

lint: ## Style, types, layer borders, missing migrations
	@scripts/setup dev
	@$(PYTHON) scripts/check.py --lint-only

format: ## Put the code in order
	@scripts/setup dev
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format --quiet .

bench: ## Measure a first sync, an unchanged pass and increments (ARGS="--records 10000")
	@scripts/setup runtime
	@$(PYTHON) manage.py bench $(ARGS)

screenshots: ## Take the pictures of docs/ from a fresh demo; needs Chromium (ARGS="--dark")
	@scripts/setup dev
	@$(PYTHON) scripts/screenshots.py $(ARGS)

lock: ## Resolve requirements*.in anew; the locks name no package index
	@scripts/setup dev
	@$(UV_COMPILE) requirements.in -o requirements.txt
	@$(UV_COMPILE) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	@! grep -n '://' requirements.txt requirements-dev.txt
