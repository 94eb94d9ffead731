# One command each. `make run` and `make test` need Python 3.11+, make and this repository only;
# scripts/setup.py brings the rest and does nothing when nothing is missing.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON = $(shell sh scripts/find-python)
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
# One copy of the models serves every data folder.
export REPRISE_MODELS ?= $(CURDIR)/data/models
# Without compiled modules the server takes three times as long to start.
unexport PYTHONDONTWRITEBYTECODE
# For `make run ARGS="--public-url https://class.example.org"`
ARGS ?=
PYTEST_ARGS ?=
# These measure time or fill the processor, so nothing else runs beside them. What fails is tried
# once more, alone: browsers share the machine with whatever else its owner runs.
TIMED := tests/media tests/e2e tests/contract/test_media_plane_python.py

.PHONY: help run test test-python test-web demo lint format protocol check-protocol errors lock debates reach firefox fuzz \
        screenshots clean setup-run setup-test setup-demo setup-lint

help: ## show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 18

setup-run setup-test setup-demo setup-lint:
	@$(PYTHON) scripts/setup.py $(@:setup-%=%)

run: setup-run ## start Reprise on http://localhost:8080
	@exec sh scripts/run $(ARGS)

test: setup-test test-web test-python ## all tests

test-python:
	@$(BIN)/python -m pytest -n 2 $(addprefix --ignore=,$(TIMED)) $(PYTEST_ARGS)
	@$(BIN)/python -m pytest --durations=25 --durations-min=4 $(TIMED) $(PYTEST_ARGS) || { \
	    echo "──── what failed, once more"; \
	    $(BIN)/python -m pytest --last-failed $(TIMED) $(PYTEST_ARGS); }

test-web:
	@cd web && npx vitest run

demo: setup-demo ## hold a class by itself and show its recording
	@$(BIN)/python -m server.demo $(ARGS)

lint: setup-lint ## style, types, import rules
	@sh scripts/lint

format: setup-lint ## put the code into the common form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

protocol: setup-lint ## generate the browser's types from the server's
	@cd web && npm run --silent protocol

errors: setup-lint ## write docs/errors.md from the code
	@$(BIN)/python scripts/error_codes.py

check-protocol: setup-lint
	@sh scripts/check-protocol

debates: setup-test ## the shipped debates played from plan to end in real Chromium
	@$(BIN)/python -m pytest -m debates tests/e2e/test_debate_formats_played.py $(ARGS)

reach: setup-test ## Chromium behind a network that blocks UDP, by TURN (as root, with coturn)
	@$(BIN)/python -m pytest -m reach tests/e2e/test_reach.py $(ARGS)

firefox: setup-test ## real Firefox and real Chromium publish and watch each other (with firefox-esr)
	@$(BIN)/python -m pytest -m firefox tests/e2e/test_firefox.py $(ARGS)

lock: setup-lint ## re-make the lock files from pyproject.toml
	@sh scripts/lock $(ARGS)

screenshots: setup-test ## every page at 1440 and 390 px, light and dark, into build/screenshots
	@$(BIN)/python -m pytest -q tests/e2e/test_screenshots.py --screenshots=build/screenshots

bench-%: setup-test ## a benchmark of benchmarks/, such as bench-room
	@$(BIN)/python -m benchmarks.bench_$(subst -,_,$*) $(ARGS)

fuzz: setup-test ## hostile input for the native media plane, ten minutes a target (ARGS="--seconds 30")
	@$(BIN)/python scripts/fuzz.py $(ARGS)

clean: ## remove what was built, keep data/
	rm -rf .venv .make web/node_modules web/dist build .pytest_cache .ruff_cache .hypothesis \
	    .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
