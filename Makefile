# One verb a job. Needs Python 3.11+, a Rust toolchain, a C compiler, git and make.
PYTHON     ?= python3
UV_VERSION := 0.13.8
BIN        := .venv/bin
PY         := $(BIN)/python
RUST       := Cargo.toml Cargo.lock $(shell find compiler/crates runtime/crates -name '*.rs' -o -name Cargo.toml -o -path '*/schema/generated.json')

.PHONY: demo test lint fmt types bench docs clean sync wheel lock release

demo: sync            ## the whole mesh at work, in about a minute
	$(BIN)/meshc demo

test: sync            ## every test: Rust crates, then Python stages and processes
	cargo test --locked --workspace --quiet
	$(PY) -m pytest -q

lint: sync            ## formatting, clippy, ruff, import directions
	cargo fmt --check
	cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --config importlinter.ini

fmt: sync             ## formats everything
	cargo fmt
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

types: sync           ## mypy, strict
	$(BIN)/mypy

bench: release        ## tables against peers; needs haproxy and envoy for the proxy part
	$(PY) bench/compile.py
	$(PY) bench/proxy.py
	$(PY) bench/rules.py
	$(PY) bench/spellings.py

docs: sync            ## regenerates schemas and reference pages
	$(PY) -m meshc.schema
	$(PY) -m meshc.cli.pages

wheel: .venv/synced   ## builds the wheel as a user gets it, installs it alone, runs it
	rm -rf dist .venv/wheeltest
	$(BIN)/uv build --quiet --wheel
	$(PYTHON) -m venv .venv/wheeltest
	.venv/wheeltest/bin/pip install --quiet --require-hashes -r requirements.lock
	.venv/wheeltest/bin/pip install --quiet --no-deps dist/*.whl
	$(PY) tests/wheel/check.py dist/*.whl .venv/wheeltest/bin

release: sync         ## the proxy and the extension with full optimisation, in target/release
	cargo build --locked --release --package meshc-proxy --package meshc-native

lock: .venv/synced    ## rewrites requirements.lock from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --quiet -o requirements.lock

clean:                ## undoes everything make made
	rm -rf .venv build dist target
	find compiler runtime -name '__pycache__' -o -name '*.so' -o -name '*.egg-info' | xargs rm -rf

sync: .venv/built

# The editable install: the extension lands beside the sources, the proxy in .venv/bin.
.venv/built: .venv/synced pyproject.toml $(RUST)
	$(BIN)/uv pip install --quiet --python $(PY) --no-deps --editable .
	@touch $@

.venv/synced: requirements.lock
	test -x $(BIN)/uv || { $(PYTHON) -m venv .venv && $(BIN)/pip install --quiet "uv==$(UV_VERSION)"; }
	$(BIN)/uv pip install --quiet --python $(PY) --require-hashes -r $<
	@touch $@
