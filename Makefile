# Every target brings what it needs: on a machine with Python 3.11+, Node 20+ and make, any of them can be the first command.

.ONESHELL:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
unexport PYTHONPATH PYTHONHOME
export PYTHONNOUSERSITE := 1

BIN := .venv/bin
PY := $(BIN)/python
# The platform packages carry the binaries; npm installs the one that fits this machine.
FORGE = $(firstword $(wildcard node_modules/@foundry-rs/forge-*/bin/forge*) forge)
SOLIDITY := $(shell find contracts -name '*.sol' 2>/dev/null)
PIP := $(PY) -m pip --disable-pip-version-check
LOCK := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(LOCK_ARGS)

.PHONY: help
help: ## Say what each target does (default)
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

##### What the rest needs. The stamps make a rerun instant; a changed lock installs again.

.PHONY: setup
setup: .make/package .make/node .make/contracts ## Create .venv, install the locked packages, compile the contracts (2 minutes, then instant)

.make/python: requirements/dev.txt tools/prerequisites.sh
	@mkdir -p .make
	python="$$(tools/prerequisites.sh)"
	test -x $(PY) || "$$python" -m venv .venv
	echo "Installing the locked Python packages (a minute the first time)"
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	touch $@

.make/package: .make/python pyproject.toml
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	touch $@

.make/node: package.json package-lock.json .npmrc tools/prerequisites.sh
	@mkdir -p .make
	tools/prerequisites.sh >/dev/null
	echo "Installing the locked Node packages (half a minute the first time)"
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

.make/contracts: $(SOLIDITY) tools/compile_contracts.py .make/package .make/node
	@$(PY) tools/compile_contracts.py
	touch $@

##### What people run

.PHONY: demo
demo: setup ## Four institutions on a local chain ask each other about real lists (3 minutes); DEMO_ARGS=--keep leaves it running
	@$(PY) -m oracle.demo $(DEMO_ARGS)

# Processes that share the test files; what needs quiet (test-slow, test-poa) runs in one.
TEST_WORKERS := 2

.PHONY: test
test: test-contracts ## Everything a change must pass (under 15 minutes)
	@$(PY) -m pytest -n $(TEST_WORKERS) --dist loadfile -m "not slow and not poa and not postgres" $(PYTEST_ARGS)

.PHONY: fuzz
fuzz: setup ## Coverage-guided fuzzing of every decoder, 30 s each (20 minutes; FUZZ_ARGS="--seconds 600 --only reply")
	@$(PIP) install --quiet --require-hashes -r requirements/fuzz.txt
	$(PY) tests/fuzzing/run.py $(FUZZ_ARGS)

.PHONY: test-slow
test-slow: setup ## Long matrices and scenarios (up to an hour)
	@$(PY) -m pytest -m "slow and not poa and not postgres" $(PYTEST_ARGS)

.PHONY: test-poa
test-poa: setup ## A private network of four validators: scenario, losses, halt, partition (10 minutes; needs `make chain-client`)
	@$(BIN)/riskmesh chain network client
	$(PY) -m pytest -m poa tests/poa $(PYTEST_ARGS)

.PHONY: test-postgres
test-postgres: setup ## The store and several daemons of one member on a private PostgreSQL (5 minutes; needs the package postgresql)
	@$(PY) -m pytest -m postgres $(PYTEST_ARGS)

.PHONY: chain-client
chain-client: ## Build go-ethereum 1.13.15, the last that seals Clique, into ~/.cache/riskmesh (needs Go; 3 minutes)
	@go="$$(command -v go || echo /usr/local/go/bin/go)"
	test -x "$$go" || { echo "Go is not on this machine; install Go 1.21 or newer, then run this again" >&2; exit 1; }
	mkdir -p "$$HOME/.cache/riskmesh/bin"
	GOBIN="$$HOME/.cache/riskmesh/bin" "$$go" install -ldflags=-checklinkname=0 github.com/ethereum/go-ethereum/cmd/geth@v1.13.15

.PHONY: test-contracts
test-contracts: setup ## Solidity tests with fuzzing and invariants (3 minutes)
	@$(FORGE) test --offline

# Brownie pins its packages exactly, so it has an environment and a home folder of its own, outside of which it writes nothing.
BROWNIE := build/brownie
BROWNIE_RUN = HOME=$(CURDIR)/$(BROWNIE)/home SOLCX_BINARY_PATH=$(CURDIR)/$(BROWNIE)/solcx \
  PATH=$(CURDIR)/$(BROWNIE)/bin:$$PATH $(BROWNIE)/venv/bin/brownie

.make/brownie: requirements/brownie.txt tests/brownie/network-config.yaml tools/prerequisites.sh .make/node
	@mkdir -p $(BROWNIE)/home/.brownie $(BROWNIE)/solcx $(BROWNIE)/bin
	echo "Installing brownie in an environment of its own (two minutes the first time)"
	test -x $(BROWNIE)/venv/bin/python || "$$(tools/prerequisites.sh)" -m venv $(BROWNIE)/venv
	$(BROWNIE)/venv/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/brownie.txt
	cp tests/brownie/network-config.yaml $(BROWNIE)/home/.brownie/network-config.yaml
	ln -sf $(CURDIR)/tools/solc $(BROWNIE)/solcx/solc-v0.8.28
	ln -sf $(CURDIR)/$(firstword $(wildcard node_modules/@foundry-rs/anvil-*/bin/anvil*)) $(BROWNIE)/bin/anvil
	ln -sf $(CURDIR)/node_modules/ganache/dist/node/cli.js $(BROWNIE)/bin/ganache
	touch $@

.PHONY: brownie
brownie: setup .make/brownie ## Compile, deploy and test the contracts with brownie, on Anvil and on Ganache (5 minutes; 2 the next time)
	@$(PY) tools/brownie_inputs.py $(BROWNIE)/inputs.json
	for network in riskmesh-anvil riskmesh-ganache; do
	  $(BROWNIE_RUN) run brownie_deploy --network $$network
	  $(BROWNIE_RUN) test tests/brownie --network $$network
	done

# Slither pins packages of its own, so it has an environment of its own; it compiles into a folder of its own, too.
.make/slither: requirements/slither.txt tools/prerequisites.sh .make/node
	@mkdir -p build/slither/bin
	echo "Installing slither in an environment of its own (a minute the first time)"
	test -x build/slither/venv/bin/python || "$$(tools/prerequisites.sh)" -m venv build/slither/venv
	build/slither/venv/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/slither.txt
	ln -sf $(CURDIR)/$(firstword $(wildcard node_modules/@foundry-rs/forge-*/bin/forge*)) build/slither/bin/forge
	touch $@

.PHONY: slither
slither: setup .make/slither ## Static analysis of the contracts; a finding fails unless it is suppressed beside its reason (4 minutes)
	@PATH=$(CURDIR)/build/slither/bin:$$PATH FOUNDRY_OPTIMIZER=false FOUNDRY_OUT=build/slither/out FOUNDRY_CACHE_PATH=build/slither/cache \
	  build/slither/venv/bin/slither .

.PHONY: coverage
coverage: setup ## Lines, functions and branches of the contracts that their tests reach, with each gap's reason (4 minutes)
	@$(PY) tools/coverage.py $(FORGE)

.PHONY: mutants
mutants: setup ## Break the ledgers on purpose, 60 times, and see that tests notice (an hour; MUTANTS_ARGS="--count 20 --seed 7")
	@$(PY) tools/mutants.py --forge $(FORGE) $(MUTANTS_ARGS)

.PHONY: check
check: .make/package .make/node ## The static half: formats, linters, types, import rules, fresh artifacts and locks (2 minutes)
	@PS4='  '; set -x
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tools
	$(BIN)/mypy bench
	$(BIN)/lint-imports
	$(PY) tools/check_locks.py
	$(PY) -m pytest -q tests/architecture
	$(FORGE) fmt --check
	node_modules/.bin/solhint --disc --max-warnings 0 'contracts/**/*.sol'
	$(PY) tools/compile_contracts.py --check
	$(PY) tools/openapi.py --check
	$(PY) tools/parity_vectors.py --check

.PHONY: audit
audit: .make/package .make/node ## Look the locked packages up in the advisory databases (a minute; needs the network)
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/runtime.txt
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/dev.txt

.PHONY: bench
bench: setup .make/bench ## Measure every performance claim beside its limit; renew bench/results.json and docs/plots (25 minutes; BENCH="express timing", BENCH=--quick)
	@# An installed daemon has its bytecode, whatever is usual in this shell.
	PYTHONDONTWRITEBYTECODE= $(PY) bench/run.py $(BENCH)

# Where one of them has no wheel its rows fail, and the others are measured.
.make/bench: requirements/bench.txt .make/python
	@$(PIP) install --quiet --require-hashes -r requirements/bench.txt && touch $@ || true

.PHONY: gas
gas: setup ## Measure the gas per operation and renew bench/gas.json, which make test compares with (a minute)
	@$(PY) bench/gas.py

.PHONY: quality
quality: setup ## Play 30 epochs of four kinds of members on the contracts and draw docs/quality.png (half a minute)
	@$(PY) tools/quality_story.py

.PHONY: wheel
wheel: setup ## Build the wheel and try it in an environment of its own outside this folder (2 minutes)
	@rm -rf dist && $(PY) -m build --wheel --no-isolation --outdir dist . >/dev/null
	place="$$(mktemp -d)"; trap 'rm -rf "$$place"' EXIT
	wheel="$$(realpath dist/riskmesh-*.whl)"; lock="$$(realpath requirements/runtime.txt)"
	"$$(tools/prerequisites.sh)" -m venv "$$place/venv"
	cd "$$place"
	venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$$lock"
	venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps "$$wheel"
	venv/bin/riskmesh --help
	echo "$$wheel installs and starts"

##### Upkeep

.PHONY: format
format: .make/package .make/node ## Format Python and Solidity in place (seconds)
	@$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(FORGE) fmt

.PHONY: contracts
contracts: .make/contracts ## Compile the contracts into oracle/chain/artifacts (half a minute)

.PHONY: lock
lock: .make/package ## Resolve the locks again from pyproject.toml and package.json (2 minutes; LOCK_ARGS=--upgrade moves versions)
	@$(LOCK) --extra=dev --extra=compiler --extra=postgres --output-file=requirements/dev.txt pyproject.toml
	$(LOCK) --constraint=requirements/dev.txt --output-file=requirements/runtime.txt pyproject.toml
	for extra in fuzz bench; do
	  $(LOCK) --constraint=requirements/dev.txt --extra=$$extra --output-file=requirements/$$extra.txt pyproject.toml
	done
	$(LOCK) --output-file=requirements/brownie.txt requirements/brownie.in
	$(LOCK) --output-file=requirements/slither.txt requirements/slither.in
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund
	$(PY) tools/check_locks.py

.PHONY: clean
clean: ## Remove everything that was built or installed (seconds)
	@rm -rf .venv node_modules .make build dist out cache *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
