.DEFAULT_GOAL := help
.PHONY: help setup python-env build dist addon run demo test format lint npu fuzz bench clean

LORIKEET := .build/release/lorikeet
SOURCES := Fuzzing Sources Tests Package.swift

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install system libraries and fetch the OpenVINO runtime (once)
	@Scripts/setup

python-env: setup
	@Scripts/python-env

build: setup ## Build .build/release/lorikeet
	swift build -c release

dist: ## Build the release, dist/lorikeet-VERSION-linux-ARCH.tar.gz
	@Scripts/dist

addon: dist ## Build the Home Assistant add-on, dist/home-assistant/lorikeet
	@Scripts/addon

run: build ## Serve the built-in model on tcp://0.0.0.0:10300
	$(LORIKEET) serve --model builtin

demo: build python-env ## Start a server, speak to it as Home Assistant does, print transcript and latency
	@.venv/bin/python Tools/demo.py $(LORIKEET)

test: ## Run every check and test (lint, Swift, integration)
	@Scripts/test

format: ## Format all Swift code in place
	swift format --in-place --recursive --parallel $(SOURCES)

lint: ## Check the format of all Swift code, and imports against Package.swift and the architecture page
	swift format lint --strict --recursive --parallel $(SOURCES)
	python3 Scripts/check_imports.py

npu: build ## Set up Intel's NPU compiler (Wine, 1 GB) and compile the built-in model with it
	@Tools/npu-compiler/setup
	swift build -c release --product stages
	Tools/npu-compiler/run builtin --schedule

fuzz: ## Fuzz each parser of the network for ten minutes (SECONDS=60: for one; FUZZER=multipart: only that)
	Fuzzing/run "$(SECONDS)" "$(FUZZER)"

bench: build python-env ## Measure speed (makes a full-size replica of the model once, 2.5 GB)
	Benchmarks/run

clean: ## Remove build products, but not .openvino and .venv
	rm -rf .build .build-* dist
