#!/bin/sh
# Writes every hashed lock from pyproject.toml and tests/package.json. Pins stay as they are while they satisfy
# what we want; UPGRADE=1 takes the newest. No address of an index goes in: the locks mean the same for everyone.
set -eu
cd "$(dirname "$0")/../.."
locks=infra/requirements

compile() { # output file, then what goes into it
    output=$1
    shift
    .venv-deploy/bin/uv pip compile "$@" --output-file "$output" ${UPGRADE:+--upgrade} --quiet \
        --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
    echo "$output"
}

# The tests' lock first: it holds everything that runs together, so the smaller ones take their pins from it.
compile $locks/test.txt pyproject.toml --group test
compile $locks/demo.txt pyproject.toml --group demo --constraint $locks/test.txt
compile functions/requirements.txt pyproject.toml --constraint $locks/test.txt

# Alone: the SAM CLI asks for other versions, and nothing of the product runs beside it.
compile $locks/deploy.txt --group deploy
compile $locks/runtime.txt --group runtime
compile $locks/policy.txt --group policy

if npm --version >/dev/null 2>&1; then
    cd tests
    [ -z "${UPGRADE:-}" ] || rm -f package-lock.json
    npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --silent
    # npm copies the packages' donation pages into the lock; they say nothing about what is installed.
    node -e '
        const fs = require("fs"), lock = JSON.parse(fs.readFileSync("package-lock.json"));
        Object.values(lock.packages).forEach(entry => delete entry.funding);
        fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
    '
    echo tests/package-lock.json
else
    echo "tests/package-lock.json is left as it is: npm does not answer." >&2
fi
