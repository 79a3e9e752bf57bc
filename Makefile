# make demo   check, fix and confirm one flagged fixture
# make test   lint, type check and run all tests; those of the VS Code extension where Node.js 20 or newer is
# make extension  the tests of the VS Code extension alone
# make coverage  the tests of Python with what they cover, which takes twice the time; fails below the floor
# make mutants  make the facts wrong in many ways, one at a time: the tests must notice each (minutes)
# make metamorphic  rewrite the fixtures in hundreds of ways that keep what they mean: the verdicts must stay (minutes)
# make wild   compare the findings on pinned public releases with tests/wild/findings (minutes)
# Each sets up its own virtual environment first; it needs only python3 (3.10 or newer), pip and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
CASE ?= fixtures/TL001/explicit_type_element_ty
# The unpacked releases, and the script that unpacks there the ones it is given the names of.
WILD ?= .wild
UNPACK ?= ../shared/wild/releases.py

.PHONY: demo test extension coverage mutants metamorphic wild docs clean
.DELETE_ON_ERROR:

demo: $(VENV)/verify.stamp
	@echo "$$ tritonlint check $(CASE)/flagged.py"
	@$(BIN)/tritonlint check $(CASE)/flagged.py; test $$? -eq 1
	@echo
	@echo "$$ tritonlint autofix $(CASE)/flagged.py"
	@$(BIN)/tritonlint autofix $(CASE)/flagged.py; test $$? -eq 1
	@echo
	@echo "$$ tritonlint verify --oracle compile $(CASE)"
	@$(BIN)/tritonlint verify --oracle compile $(CASE)

test: $(VENV)/dev.stamp
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory extension
	@$(BIN)/python -m pytest -n auto --dist loadgroup -rs

NODE = node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)'
extension: $(VENV)/dev.stamp
	@if command -v npm >/dev/null && $(NODE); then \
	  cd editors/vscode && { test -d node_modules || { \
	    echo "installing what the extension is built with into editors/vscode/node_modules: 170 MB" >&2; \
	    npm ci --silent --no-audit --no-fund; }; } && \
	  TRITONLINT_PYTHON=$(abspath $(BIN)/python) npm test --silent; \
	else echo "NOT TRIED: editors/vscode, which needs Node.js 20 or newer with npm"; fi

coverage: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -n auto --dist loadgroup -rs --cov --cov-report=term:skip-covered

mutants: $(VENV)/dev.stamp
	@$(BIN)/python tests/mutants.py

metamorphic: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.metamorphic

wild: $(VENV)/dev.stamp
	@mkdir -p $(WILD)
	@test ! -f $(UNPACK) || $(BIN)/python $(UNPACK) $(WILD) $(basename $(notdir $(wildcard tests/wild/findings/*.txt)))
	@TRITONLINT_WILD=$(abspath $(WILD)) $(BIN)/python -m pytest -rs tests/wild tests/test_found.py

docs: $(VENV)/dev.stamp
	@$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) editors/vscode/node_modules editors/vscode/out build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .tritonlint_cache

# Where Python comes without ensurepip (Debian's python3 without python3-venv), pip fills an empty environment.
$(BIN)/python:
	@echo "setting up $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  $(PYTHON) -m venv --clear --without-pip $(VENV) && \
	  $(PYTHON) -m pip -qq --disable-pip-version-check --python $(BIN)/python install pip; }

$(VENV)/verify.stamp: pyproject.toml | $(BIN)/python
	@echo "installing tritonlint and Triton into $(VENV): about a minute, 1.1 GB" >&2
	@$(PIP) install --editable '.[verify]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml | $(BIN)/python
	@echo "installing tritonlint, Triton and what the tests need into $(VENV): 1 to 2 minutes, 1.5 GB" >&2
	@$(PIP) install --editable '.[dev,docs,verify,report]'
	@touch $@ $(VENV)/verify.stamp
