PYTHON ?= python3

.PHONY: lab test doctor bench

lab:            ## open JupyterLab on the course
	@$(PYTHON) start.py lab

test:           ## run every test
	@$(PYTHON) start.py test

doctor:         ## what is installed, and what to do about what is not right
	@$(PYTHON) start.py doctor

bench: .venv/installed    ## the measured claims, side by side with their peers
	@.venv/bin/python benchmarks/core.py
	@.venv/bin/python benchmarks/integrate.py
	@.venv/bin/python benchmarks/analysis.py
	@.venv/bin/python benchmarks/events.py
	@.venv/bin/python benchmarks/counter.py
	@.venv/bin/python benchmarks/connect.py
	@.venv/bin/python benchmarks/networks.py
	@.venv/bin/python benchmarks/devices.py
	@.venv/bin/python benchmarks/latency.py
	@.venv/bin/python benchmarks/memory.py
	@.venv/bin/python benchmarks/push_pull.py
	@.venv/bin/python benchmarks/vision.py

.venv/installed:
	@$(PYTHON) start.py doctor
