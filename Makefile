# make setup  set everything up in .venv
# make run    set up what a classification needs in .venv and classify a sample case
# make smoke  that, and compare its features and the network's numbers with stored ones
# make test   set everything up and run the tests
# make lint   check style and formatting
# make lists  list every file of the extension in its CMake files
# make bench  run the benchmarks and write Testing/Benchmarks/README.md
# make trust  measure whether the probabilities can be trusted (hours), into Testing/trust/README.md
# make pictures write pictures of the panel and the views into out/pictures
# make models make the shipped bundles from nothing

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A classification needs wheels alone, the tests need more.
RUNS := $(VENV)/.runs
READY := $(VENV)/.ready
CORES ?= 2

# Where Core looks for the bundles that it ships.
SHIPPED = $(shell $(BIN)/python -c "from ParotidClassifierCore.bundle import shipped; print(shipped.SHIPPED)")
DEMO_COHORT := out/demo-cohort

.PHONY: setup run smoke test test-core test-study test-module lint format lists pictures bench trust models clean

setup: $(READY)

run: $(RUNS)
	$(BIN)/parotid-classifier demo --out out/demo

smoke: run
	$(BIN)/python Testing/smoke.py out/demo

# Side by side, on a core each, the longest first: threads that wait for work by spinning would take
# the other's. Core's tests are two parts, one with all that trains or reports. The module is tested
# in a process of its own: there, `slicer` and `qt` are the stand-in's.
# macOS has GNU make 3.81, which cannot keep their lines apart.
SORTED := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
STUDY := $(addprefix Testing/Core/,study network reporting simulation test_docs.py)
test-core test-study test-module: export OMP_NUM_THREADS := 1
test: $(READY)
	@$(MAKE) --no-print-directory --jobs=2 $(SORTED) test-study test-core test-module

test-study: $(READY)
	$(BIN)/python -m pytest $(STUDY)

test-core: $(READY)
	$(BIN)/python -m pytest Testing/Core $(addprefix --ignore=,$(STUDY))

test-module: $(READY)
	$(BIN)/python -m pytest Testing/Slicer Testing/SlicerStandIn

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lists: $(READY)
	$(BIN)/python Testing/packaging_lists.py

pictures: $(READY)
	PAROTID_CLASSIFIER_PICTURES=out/pictures $(BIN)/python -m pytest Testing/Slicer/PicturesTest.py

bench: $(READY)
	$(BIN)/python -m pytest Testing/Benchmarks -s --benchmark-columns=min,median,max,rounds \
		--table Testing/Benchmarks/README.md

# It goes on where an earlier one was ended. TRUST holds more options; -m trust --help tells them.
trust: export PYTHONPATH := Testing
trust: $(READY)
	$(BIN)/python -m trust --jobs $(CORES) --table Testing/trust/README.md $(TRUST)

models: $(READY)
	rm -rf $(DEMO_COHORT)
	$(BIN)/parotid-classifier simulate --cohort 357 --seed 2026 --jobs $(CORES) --out $(DEMO_COHORT)
	$(BIN)/parotid-classifier train --cohort $(DEMO_COHORT)/cohort.csv --jobs $(CORES) \
		--steadiness 30 --name simulated-demo --out $(SHIPPED)/simulated-demo \
		--report out/simulated-demo-report
	$(BIN)/parotid-classifier bundle published-clinical --out $(SHIPPED)/published-clinical

clean:
	rm -rf .venv* out .pytest_cache .ruff_cache .benchmarks

REQUIREMENTS := ParotidClassifier/Resources/requirements
$(RUNS): pyproject.toml $(REQUIREMENTS).txt $(REQUIREMENTS)-reports.txt Makefile
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(not (3, 10) <= v[:2] <= (3, 13))' || { \
		echo "Python 3.10 to 3.13 is needed."; \
		echo "Name one with: make PYTHON=python3.12 ..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --only-binary :all: --editable .
	touch $@

$(READY): $(RUNS) $(wildcard $(REQUIREMENTS)-*.txt) Testing/requirements.txt
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet --editable ".[dicom,study,test]"
	$(MAKE) --no-print-directory pyradiomics graphics dicom-tools
	touch $@

# PyRadiomics is compiled on this machine. Without it the tests that compare with it are skipped, so
# its absence is told and no more.
.PHONY: pyradiomics
pyradiomics:
	@have() { command -v cc >/dev/null && $(PYTHON) -c 'import os, sys, sysconfig; \
		sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'; }; \
	if ! have && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq build-essential python3-dev; \
	fi; \
	have && $(BIN)/pip install --quiet --editable ".[pyradiomics]" && exit 0; \
	echo "The tests that compare with PyRadiomics need a C compiler and Python's headers:"; \
	echo "sudo apt install build-essential python3-dev"

# The tests of the module show widgets and views off the screen: Qt and VTK need these libraries.
GRAPHICS := libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3 fonts-dejavu-core
.PHONY: graphics
graphics:
	@have() { $(BIN)/python -c 'import vtk; from PySide6 import QtUiTools, QtWidgets' 2>/dev/null; }; \
	have && exit 0; \
	echo "Qt and VTK need libraries of the system: $(GRAPHICS)."; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq $(GRAPHICS) && have && exit 0; \
	fi; \
	echo "Install them first: sudo apt install $(GRAPHICS)"; exit 1

# What is written as DICOM is checked by programs that share no code with it. Without them those
# tests are skipped, so their absence is told and no more.
DICOM_TOOLS := dcmtk dicom3tools
.PHONY: dicom-tools
dicom-tools:
	@have() { command -v dsrdump >/dev/null && command -v dciodvfy >/dev/null; }; \
	have && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq $(DICOM_TOOLS) && have && exit 0; \
	fi; \
	echo "The tests of DICOM output need: sudo apt install $(DICOM_TOOLS)"
