# Every command is a function of tasks.py; where make is missing, run `python tasks.py <command>`.
PYTHON ?= python3
TASKS = "$(PYTHON)" tasks.py

.PHONY: help book pdf epub test lab refresh doctor bench audit lint lock clean

help:     ## list the commands
	@$(TASKS) --help

book:     ## build the HTML book from the stored outputs
	@$(TASKS) book

pdf:      ## print the book into one PDF, with Chromium
	@$(TASKS) pdf

epub:     ## make one EPUB of the book
	@$(TASKS) epub

test:     ## run every check
	@$(TASKS) test

lab:      ## open the chapters in JupyterLab
	@$(TASKS) lab

refresh:  ## run the notebooks and store what they show (REDRAW=1, RECORD=1, CHECK=1)
	@$(TASKS) refresh $(if $(REDRAW),--redraw) $(if $(RECORD),--record) $(if $(CHECK),--check)

doctor:   ## say what runs live on this machine
	@$(TASKS) doctor

bench:    ## measure the figures that the README quotes
	@$(TASKS) bench

audit:    ## look at every built page as readers meet it, and say what misses its target
	@$(TASKS) audit

lint:     ## check style and types
	@$(TASKS) lint

lock:     ## write requirements.txt from pyproject.toml (UPGRADE=1 for the newest versions)
	@$(TASKS) lock $(if $(UPGRADE),--upgrade)

clean:    ## delete what the other commands made, except the environment
	@$(TASKS) clean
