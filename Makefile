# Each target sets up, in .venv, what it needs. Nothing but make and Python 3.11 to 3.13 with its venv
# module is assumed to be there.
#
# requirements/ holds what is installed, each file pinned by the hash of every package:
#   run.lock        what `make run` needs
#   all.lock        that and what the tests, the benchmarks and `replay` need
#   installer.lock  uv, which is several times faster than pip; where it cannot be had pip installs the same
# After a change of the dependencies in pyproject.toml, `make lock` writes them anew and keeps the versions
# that still fit; `make lock UPGRADE=1` takes the newest.

PYTHON   ?= python3.12 python3.13 python3.11 python3
SCENARIO ?= scenarios/shenzhen_stress_600.yaml
ARGS     ?=

VENV   := .venv
IN     := $(VENV)/bin
UV     := $(shell uv --version >/dev/null 2>&1 && echo uv || echo $(IN)/uv)
PYTEST := $(IN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

.PHONY: help run test slow soak lint coverage bench gallery reference lock clean

help:
	@echo "make run       simulate $(SCENARIO) (SCENARIO=... for another)"
	@echo "make test      all tests but the slow ones (ARGS=... go to pytest)"
	@echo "make slow      the slow tests"
	@echo "make soak      offices, mutants, full disks and kills at random (ARGS='--minutes 60')"
	@echo "make lint      style and types"
	@echo "make coverage  which lines the tests reach"
	@echo "make bench     speed, ours and that of other simulators"
	@echo "make gallery   the pictures of the README"
	@echo "make reference the reference of the scenario language"
	@echo "make lock      write requirements/ anew from pyproject.toml (UPGRADE=1: newest versions)"
	@echo "make clean     remove .venv and all caches; results stay"

run: $(VENV)/.run
	$(IN)/lettersim run $(SCENARIO) $(ARGS)

test: $(VENV)/.all
	$(PYTEST) $(ARGS)

# What is tested under load has the machine for itself. ARGS may choose tests of one kind only (exit code 5: none).
slow: $(VENV)/.all
	$(PYTEST) -m "slow and not alone" $(ARGS) || test $$? -eq 5
	$(IN)/python -m pytest -m "slow and alone" $(ARGS) || test $$? -eq 5

soak: $(VENV)/.all
	PYTHONPATH=tests:. $(IN)/python -m soak $(ARGS)

lint: $(VENV)/.all
	$(IN)/ruff check
	$(IN)/ruff format --check
	$(IN)/mypy

coverage: $(VENV)/.all
	$(IN)/coverage erase
	$(IN)/coverage run -m pytest $(ARGS)
	$(IN)/coverage combine --quiet
	$(IN)/coverage report

bench: $(VENV)/.all
	$(IN)/python benchmarks/run.py $(ARGS)

gallery: $(VENV)/.run
	$(IN)/python docs/gallery.py $(ARGS)

reference: $(VENV)/.run
	$(IN)/python docs/language.py

COMPILE = $(UV) pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate $(if $(UPGRADE),--upgrade)

lock: $(VENV)/.uv
	echo uv | $(COMPILE) - -o requirements/installer.lock
	$(COMPILE) pyproject.toml --group build --all-extras -o requirements/all.lock
	$(COMPILE) pyproject.toml --group build -c requirements/all.lock -o requirements/run.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first of PYTHON that runs and suits: a name on the path may be of another version, or a shim of none.
$(IN)/python:
	@for python in $(PYTHON); do \
	    if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then \
	        echo "Setting up $(VENV) with $$($$python --version)"; \
	        $$python -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }; \
	        exit; \
	    fi; \
	done; \
	echo "Python 3.11, 3.12 or 3.13 with its venv module is needed; none of these is it: $(PYTHON)" >&2; \
	echo "(on Debian and Ubuntu: apt install python3-venv; or name one: make PYTHON=/path/to/python3.12)" >&2; \
	exit 1

$(VENV)/.uv: requirements/installer.lock | $(IN)/python
	@$(UV) --version >/dev/null 2>&1 || $(IN)/python -m pip install --quiet --require-hashes -r $< \
	    || echo "uv cannot be installed here; pip takes its place"
	@touch $@

# Where uv fails (it does not read pip's configuration of mirrors and proxies), pip tries.
$(VENV)/.%: requirements/%.lock pyproject.toml $(VENV)/.uv
	@echo "Installing $<"
	@{ $(UV) --version >/dev/null 2>&1 && $(UV) pip install --quiet --python $(IN)/python --require-hashes -r $<; } \
	    || $(IN)/python -m pip install --require-hashes -r $<
	@$(IN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
