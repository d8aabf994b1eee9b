# Every target runs on the Node of node_modules, whatever the machine's own Node is. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup parts demo cluster cluster-down test check build bench bench-cluster clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

# npm rewrites this file at the end of each install, so it is as old as what is installed.
node_modules/.package-lock.json: package-lock.json
	npm ci
	@touch $@

setup: node_modules/.package-lock.json parts ## install the packages and get the lab's servers

parts: node_modules/.package-lock.json
	node lab/main.ts resolve

demo: setup build ## run a real plan against real servers; BREAK=NAME breaks one of the promises, PLAN=FILE runs another plan
	@BREAK='$(BREAK)' PLAN='$(PLAN)' node lab/demo.ts

cluster: node_modules/.package-lock.json ## start a Kubernetes with Chaos Mesh that stays, and say how to use it; needs root
	@node lab/main.ts cluster

cluster-down: node_modules/.package-lock.json ## remove that cluster and everything that it made
	@node lab/main.ts cluster-down

test: node_modules/.package-lock.json ## checks, fast tests, tests on real servers, with all set-up, and on a cluster (CLUSTER=all: with each experiment, and each promise broken; CLUSTER=0: none; ROWS=all: every experiment; FULL=1: at full length)
	@CLUSTER='$(CLUSTER)' node tools/run-tiers.ts

check: node_modules/.package-lock.json ## format, lint, types, layers, unused code
	npm run --silent check

build: node_modules/.package-lock.json ## bundle the program into dist/
	npm run --silent build

bench: setup build ## measure against the limits that docs name
	node bench/main.ts

bench-cluster: node_modules/.package-lock.json build ## measure what a run by Chaos Mesh takes, on the lab's own cluster; needs root
	node lab/main.ts in-cluster -- node bench/cluster.ts

clean: ## remove what was built and recorded; installed packages and the lab's cache stay
	[ ! -d .lab/cluster ] || $(MAKE) --no-print-directory cluster-down
	rm -rf dist coverage runs test-results .lab
