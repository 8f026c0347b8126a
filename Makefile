# The two commands that matter: `make demo` and `make test`. Both install what they need first.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help demo test build release bench lint format clean conformance differential fuzz

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: ## install, build and play the stories through a real Envoy (KEEP=1 leaves it running)
	@scripts/demo $(if $(KEEP),--keep)

test: ## install, lint, build, and run every test
	@scripts/test

build: ## debug build
	@scripts/bootstrap && swift build

release: ## optimised build of the program
	@scripts/bootstrap && scripts/build-release

bench: release ## measure: in-process decisions, Envoy with and without Aegis, the audit log, the Python SDK, export
	@scripts/bench

lint: ## formatting and layering rules
	@scripts/lint

format: ## rewrite the sources in the house style
	@swift format -i --parallel -r Package.swift Sources Tests Fuzz/Package.swift Fuzz/Sources

conformance: build ## run OPA's conformance cases (AEGIS_REGO_CONFORMANCE=DIR)
	@.build/debug/aegis rego conformance "$${AEGIS_REGO_CONFORMANCE:?set it to the folder of cases}"

differential: release ## compare with regorus and rego-cpp on random programs (SEED=1 COUNT=2000)
	@AEGIS_BINARY=.build/release/aegis .venv/bin/python Tests/Differential/differential.py --seed $(or $(SEED),1) --count $(or $(COUNT),2000)

fuzz: ## fuzz every parser of outside bytes, and the engine (SECONDS=60 for each; TARGETS="syntax json")
	@scripts/bootstrap && scripts/fuzz $(or $(SECONDS),60) $(TARGETS)

clean: ## remove what was built and what the demo left
	@rm -rf .build .demo Fuzz/.build
