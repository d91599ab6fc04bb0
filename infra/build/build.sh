#!/bin/sh
# `sam build` without Docker, from the hashed wheels alone, then pruned to what the functions use, tried out and packed
# into build/deployed, with the licences and the bill of materials.
set -eu
cd "$(dirname "$0")/../.."

export PATH="$PWD/.venv-deploy/bin:$PATH" # the SAM CLI looks for python3.13 here first
export SAM_CLI_TELEMETRY=0 PIP_NO_INDEX=1 PIP_FIND_LINKS="$PWD/build/wheels" PIP_DISABLE_PIP_VERSION_CHECK=1
python=$(PYTHON='' sh infra/build/find-python.sh 3.13)

.venv-deploy/bin/python infra/build/mails.py
sam build
"$python" infra/build/prune.py .aws-sam/build
"$python" -I -S -B infra/build/smoke.py .aws-sam/build/Sender
export PYTHONPATH=infra PYTHONDONTWRITEBYTECODE=1
.venv-deploy/bin/python -m supply.package .aws-sam/build build/deployed
.venv-deploy/bin/python -m supply.upload .aws-sam/build build/deployed
