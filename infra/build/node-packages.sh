#!/bin/sh
# Installs tests/package-lock.json where Node 20 or newer answers. Without it nothing fails here: the tests that need
# a Node package are skipped and say so (or fail, under NEWSLETTER_TESTS_REQUIRE_ALL=1).
set -eu
cd "$(dirname "$0")/../../tests"

node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' >/dev/null 2>&1 || exit 0
npm --version >/dev/null 2>&1 || exit 0
echo "Installing what the tests need into tests/node_modules (once)"
# No install scripts: nothing here needs one, and code of others does not run before it is asked for.
npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --silent || {
    rm -rf node_modules
    echo "npm ci failed in tests/: the tests that need its packages are left out." >&2
}
