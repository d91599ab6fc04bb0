#!/bin/sh
# Builds one function a second time, from nothing and on what looks like another machine, and compares the archives with
# those of `make build`: the same tree makes the same bytes.
set -eu
cd "$(dirname "$0")/../.."

export PATH="$PWD/.venv-deploy/bin:$PATH"
export SAM_CLI_TELEMETRY=0 PIP_NO_INDEX=1 PIP_FIND_LINKS="$PWD/build/wheels" PIP_DISABLE_PIP_VERSION_CHECK=1
export TZ=Asia/Tokyo PYTHONHASHSEED=4711 # another clock, another order of sets
umask 077                                # other rights of files
python=$(PYTHON='' sh infra/build/find-python.sh 3.13)

[ -d build/deployed ] || { echo "Nothing to compare with: run \`make build\` first." >&2; exit 1; }
rm -rf build/again
sam build Sender --no-cached --build-dir build/again >build/again.log 2>&1 || { cat build/again.log >&2; exit 1; }
"$python" infra/build/prune.py build/again
PYTHONPATH=infra PYTHONDONTWRITEBYTECODE=1 .venv-deploy/bin/python -m supply.package build/again build/again/deployed
for file in build/deployed/*; do
    cmp "$file" "build/again/deployed/${file##*/}" || {
        echo "${file##*/} came out otherwise: was the tree changed since \`make build\`? Else see docs/security.md." >&2
        exit 1
    }
done
rm -rf build/again build/again.log
echo "Built twice, the same bytes."
