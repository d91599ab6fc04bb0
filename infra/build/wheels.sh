#!/bin/sh
# Collects the wheels of functions/requirements.txt in build/wheels, every one checked against its hash: those of this
# machine and those of Lambda (python3.13 on arm64). `sam build` then finds nothing but these.
#
# Why: the SAM CLI reads the lock with pip, and so with its hashes, for this machine; what has no pure Python
# wheel it fetches a second time for arm64 by name and version alone, past the hashes.
set -eu
cd "$(dirname "$0")/../.."

python=$(PYTHON='' PATH="$PWD/.venv-deploy/bin:$PATH" sh infra/build/find-python.sh 3.13)
rm -rf build/wheels
mkdir -p build/wheels
echo "Collecting the hashed wheels of functions/requirements.txt"

collect() {
    "$python" -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary=:all: \
        --requirement functions/requirements.txt --dest build/wheels "$@"
}
collect
# Amazon Linux 2023 has glibc 2.34.
collect --python-version 3.13 --implementation cp \
    --platform manylinux_2_34_aarch64 --platform manylinux_2_28_aarch64 \
    --platform manylinux_2_17_aarch64 --platform manylinux2014_aarch64
