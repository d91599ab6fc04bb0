# Everything a reader, an operator or CI asks of this tree. `make help` lists it.
#
# Virtual environments are made from hashed locks and renewed only when a lock changes:
#   .venv          the product, the local cloud, the tests    infra/requirements/{demo,test}.txt
#   .venv-deploy   the SAM CLI, which pins other versions     infra/requirements/deploy.txt
#   .venv-policy   checkov, which pins yet others             infra/requirements/policy.txt

PORT ?= 8000
PYTHON ?=
TESTS ?=
STAGE ?= dev
export PORT PYTHON RUNS SEED READERS RATE SCANNED CONCURRENCY CLICKS SAMPLE
# Byte code is kept, so that nothing is compiled again by every process that a test or a measurement starts.
unexport PYTHONDONTWRITEBYTECODE

PIP_INSTALL = -m pip install --quiet --disable-pip-version-check
SAM = SAM_CLI_TELEMETRY=0 .venv-deploy/bin/sam
DEPLOY = .venv/bin/python -m deploy
# PARAMETERS: a file in place of deploy.<stage>.toml. OTHER_DATA: parameters of tables that may change (docs/deploy.md).
DEPLOY_OPTIONS = $(if $(PARAMETERS),--parameters '$(PARAMETERS)') $(if $(OTHER_DATA),--other-data '$(OTHER_DATA)') $(if $(PLAN),--plan)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo mails test soak simulate check check-code check-types check-templates format bench bench-local build runtime reproduce audit deploy release lock screenshots mail-pictures clean

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: mails ## The whole product on this machine: http://127.0.0.1:8000 (PORT=...)
	@exec .venv/bin/python -m rehearsal

mails: .venv/demo.stamp ## Compile templates/email/*.mjml (demo and build do it too)
	@.venv/bin/python infra/build/mails.py

test: .venv/test.stamp tests/node_modules/.package-lock.json ## Every test this machine can run, and which it cannot (TESTS=tests/unit)
	.venv/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(TESTS)

soak: .venv/test.stamp ## Ten thousand random schedules of crashes, lost answers and repeated messages (RUNS=, SEED=)
	.venv/bin/python tests/soak/run.py

simulate: .venv/test.stamp ## Send to a million readers at 500 a second, on virtual time (READERS=, RATE=, FEEDBACK=1, SCANNED=0.7 CONCURRENCY=10)
	.venv/bin/python tests/simulation/run.py

check: check-code check-types check-templates ## Format, lint, types, templates, policies, locks

check-code: .venv/test.stamp
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/python infra/build/check_locks.py
	.venv/bin/python infra/build/mails.py --check

check-types: .venv/test.stamp
	.venv/bin/mypy

check-templates: .venv/test.stamp .venv-deploy/stamp .venv-policy/stamp
	.venv/bin/cfn-lint template.yaml infra/*.yaml
	$(SAM) validate --lint
	.venv-deploy/bin/python infra/build/transform.py template.yaml | .venv-policy/bin/python infra/build/policy.py

format: .venv/test.stamp ## Format the code and repair what the linter can
	.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .

bench: .venv/test.stamp ## Measure against the budgets; writes build/bench.json
	.venv/bin/python tests/bench/run.py

bench-local: .venv/test.stamp ## A list of 50,000 readers in the local cloud: import, preview, digest (READERS=)
	.venv/bin/python -m tests.bench.local_cloud

build: .venv-deploy/stamp build/wheels/stamp ## What is deployed, in build/deployed: archives of hashed arm64 wheels, licences, bill of materials
	@sh infra/build/build.sh

runtime: ## After a build: prepare the archive to be run here under AWS's runtime client, for tests/deployed and bench
	@python=$$(PYTHON= PATH="$$PWD/.venv-deploy/bin:$$PATH" sh infra/build/find-python.sh 3.13) && \
		.venv-deploy/bin/python infra/build/runtime.py "$$(readlink -f "$$python")"

reproduce: .venv-deploy/stamp ## Build a second time and compare: the same tree makes the same bytes
	@sh infra/build/reproduce.sh

audit: .venv-deploy/stamp ## Hold the locks against known weaknesses, where an advisory source answers (REQUIRED=1: it must)
	@PYTHONPATH=infra .venv-deploy/bin/python -m supply.audit $(if $(REQUIRED),--required)

deploy: .venv/demo.stamp ## Check, build and deploy a stage, asking nothing (STAGE=dev|prod; PLAN=1 shows what would change)
	@$(DEPLOY) check '$(STAGE)' $(DEPLOY_OPTIONS)
	@$(MAKE) --no-print-directory mails
	.venv/bin/newsletter check --templates templates
	@$(MAKE) --no-print-directory build
	@$(DEPLOY) run '$(STAGE)' $(DEPLOY_OPTIONS)

release: .venv/test.stamp ## Date the changelog, raise the version, commit and tag (VERSION=1.2.3, then git push --follow-tags)
	@PYTHONPATH=infra .venv/bin/python -m supply.release $(VERSION)

lock: .venv-deploy/stamp ## Write the hashed locks anew from pyproject.toml (UPGRADE=1: newest versions)
	@sh infra/build/lock.sh

screenshots: .venv/test.stamp ## Take the README's screenshots anew (needs Chromium)
	.venv/bin/python -m tests.browser.take_screenshots

mail-pictures: .venv/test.stamp mails ## Every mail in every language as a picture in build/mails (needs Chromium)
	.venv/bin/python -m tests.browser.mail_gallery

clean: ## Remove everything that can be made again
	rm -rf .venv .venv-deploy .venv-policy .aws-sam build tests/node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find functions infra tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Order-only: the interpreter's age says nothing, only its absence does.
.venv/bin/python .venv-deploy/bin/python:
	@python=$$(sh infra/build/find-python.sh) && echo "Making $(@D:/bin=) with $$python" && "$$python" -m venv --clear $(@D:/bin=)

.venv/demo.stamp: infra/requirements/demo.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the local cloud needs into .venv (once, about half a minute)"
	@.venv/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@.venv/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# The tests' lock holds the demo's, pin for pin.
.venv/test.stamp: infra/requirements/test.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the tests need into .venv (once, about a minute)"
	@.venv/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@.venv/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch .venv/demo.stamp $@

.venv-deploy/stamp: infra/requirements/deploy.txt | .venv-deploy/bin/python
	@echo "Installing the SAM CLI into .venv-deploy (once, about a minute)"
	@.venv-deploy/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

# By uv, which takes seconds where pip takes minutes for its hundred packages.
.venv-policy/stamp: infra/requirements/policy.txt .venv-deploy/stamp
	@echo "Installing checkov into .venv-policy (once, some seconds)"
	@.venv-deploy/bin/uv venv --quiet --clear --python .venv-deploy/bin/python .venv-policy
	@.venv-deploy/bin/uv pip install --quiet --python .venv-policy/bin/python --require-hashes --requirement $<
	@touch $@

build/wheels/stamp: functions/requirements.txt | .venv-deploy/bin/python
	@sh infra/build/wheels.sh
	@touch $@

# Leaves nothing behind where Node is missing; the tests then say so.
tests/node_modules/.package-lock.json: tests/package-lock.json
	@sh infra/build/node-packages.sh
