# Near Things: set-up, demo, tests and package. `make` alone prints the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
BACKEND := .venv/bin/python
# QGIS lives in the system's own Python, whatever python3 comes first on PATH.
QGIS_PYTHON ?= /usr/bin/python3
# A point in the sample landscape: its central town.
DEMO_POINT := 500000,5300000
QGIS_PACKAGES := qgis python3-qgis xvfb python3-pytest python3-pytest-xdist
# root installs as it is; others by sudo, when it asks for no password.
APT := $(shell if [ "$$(id -u)" = 0 ]; then echo "env DEBIAN_FRONTEND=noninteractive apt-get"; else echo "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get"; fi)

.PHONY: help setup qgis demo test test-backend test-plugin lint translations locks bench screenshots package clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: .venv/.complete ## make .venv with all that the backend needs

.venv/.complete: pyproject.toml
	@if ! $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; then \
	  echo "Near Things needs Python 3.11 to 3.13; name one: make PYTHON=python3.11 setup" >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$(PYTHON) lacks the venv module; installing python3-venv"; \
	  $(APT) update -qq && $(APT) install -y -qq --no-install-recommends python3-venv \
	  || { echo "install it and run make again: apt-get install python3-venv" >&2; exit 1; }; fi
	@echo "Making .venv (PyTorch and its companions: a few minutes the first time)"
	@$(PYTHON) -m venv .venv
	@$(BACKEND) -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

qgis: ## install QGIS and Xvfb for the plugin's tests (apt), where they are missing
	@if ! $(QGIS_PYTHON) -c 'import qgis.core, pytest, xdist' 2>/dev/null \
	    || ! command -v Xvfb >/dev/null; then \
	  echo "Installing $(QGIS_PACKAGES)"; \
	  { $(APT) update -qq && $(APT) install -y -qq --no-install-recommends $(QGIS_PACKAGES) >/dev/null; } \
	  || { echo "The plugin's tests need QGIS. Install it and run make again:" >&2; \
	       echo "  apt-get install --no-install-recommends $(QGIS_PACKAGES)" >&2; exit 1; }; fi

demo: setup ## the whole line on the built-in sample landscape, on the CPU (into demo/)
	$(BACKEND) -m backend.sample --output demo/landscape --overwrite
	$(BACKEND) -m backend.build --scenes demo/landscape/scene_2023-05-14.tif demo/landscape/scene_2023-08-30.tif \
	  --land-cover demo/landscape/land_cover.tif --tile-size-px 32 --neighbour-radius-px 16 --count 3000 \
	  --sampling stratified --block-size-px 64 --test-fraction 0.3 --output demo/landscape.tiles --overwrite
	$(BACKEND) -m backend.train --dataset demo/landscape.tiles --method saumoco --steps 200 --batch-size 64 \
	  --output demo/runs/saumoco --overwrite
	$(BACKEND) -m backend.evaluate --encoder demo/runs/saumoco/encoder.safetensors --dataset demo/landscape.tiles \
	  --output demo/evaluation --overwrite
	$(BACKEND) -m backend.embed --encoder demo/runs/saumoco/encoder.safetensors --scenes demo/landscape/scene_2023-05-14.tif \
	  --stride-px 8 --picture --clusters 8 --output demo/embedding.tif --overwrite
	$(BACKEND) -m backend.search --embedding demo/embedding.tif --point $(DEMO_POINT) --k 20 --separation-px 32 \
	  --output demo/neighbours.gpkg --similarity demo/similarity.tif --overwrite
	@printf '%s\n' '' 'Done. Look at:' \
	  '  demo/evaluation/report.html        what the encoder knows, beside three baselines (any browser)' \
	  '  demo/landscape/                    the scenes and the land cover (QGIS)' \
	  '  demo/landscape.tiles/footprints.gpkg  where the tiles were cut, by split (QGIS)' \
	  '  demo/embedding_picture.tif         the embedding map as colour (QGIS)' \
	  '  demo/embedding_clusters.tif        its clusters (QGIS)' \
	  '  demo/similarity.tif, demo/neighbours.gpkg  places like the query point (QGIS)' \
	  '  demo/runs/saumoco/                 the run: metrics.csv, TensorBoard logs, encoder.safetensors'

# OMP_NUM_THREADS=1: two test processes on two cores are faster than two that fight for both.
test-backend: setup ## tests of the contract and the backend
	@OMP_NUM_THREADS=1 $(BACKEND) -m pytest -q -n 2 --dist worksteal --durations=60 tests/contract tests/backend tests/end_to_end

test-plugin: setup qgis ## tests of the plugin, in QGIS's own Python
	@QT_QPA_PLATFORM=offscreen NEAR_THINGS_PYTHON="$$PWD/$(BACKEND)" \
	  $(QGIS_PYTHON) -m pytest -q -n 2 --dist loadfile -c tests/plugin/pytest.ini tests/plugin

test: setup qgis lint ## everything: style, backend, plugin
	@$(MAKE) --no-print-directory test-backend
	@$(MAKE) --no-print-directory test-plugin

lint: setup ## style of the code
	@$(BACKEND) -m ruff check --quiet . && $(BACKEND) -m ruff format --check --quiet .

translations: ## bring template and translations up to date with the plugin's texts
	@python3 resources/i18n/update.py

locks: ## resolve the lock files of the set-up anew (needs uv)
	@uv pip compile pyproject.toml --universal --fork-strategy fewest --python-version 3.11 \
	  --no-header --no-annotate --quiet | python3 .ci/update_locks.py

# Peers that are not in BENCH_PYTHON's environment are named as missing: pip install -e '.[bench]'.
BENCH_PYTHON ?= $(BACKEND)
bench: setup ## all benchmarks beside their peers, on the CPU (into benchmarks/results/)
	@for script in benchmarks/b?_*.py benchmarks/growth.py; do $(BENCH_PYTHON) "$$script"; done

screenshots: setup qgis ## take the tutorial's pictures anew, in a real QGIS (docs/images/tour)
	@/usr/bin/python3 docs/screenshots/take.py

package: ## the plugin as a zip for QGIS (dist/near_things.zip)
	@mkdir -p dist
	@git archive --format=zip --prefix=near_things/ --output=dist/near_things.zip HEAD
	@python3 tests/package_check.py dist/near_things.zip
	@echo "dist/near_things.zip: install it in QGIS by Plugins > Install from ZIP"

clean: ## remove demo, caches and dist; .venv stays
	@rm -rf demo dist .cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -type d -prune -exec rm -rf {} +
