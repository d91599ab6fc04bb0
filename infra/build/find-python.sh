#!/bin/sh
# Prints the first Python interpreter that really answers, is one of the wanted versions and can make virtual
# environments. A name on PATH is not enough: version managers leave names there that fail when they are run.
#
#   find-python.sh             any Python from 3.11 on, tried in the order we know best; $PYTHON overrides
#   find-python.sh 3.13        exactly this version
set -eu

answers() { # interpreter, wanted version or "any"
    "$1" -c '
import sys, ensurepip, venv
wanted = sys.argv[1]
version = sys.version_info[:2]
sys.exit(not (version >= (3, 11) if wanted == "any" else "%d.%d" % version == wanted))
' "$2" >/dev/null 2>&1
}

wanted=${1:-any}
if [ "$wanted" = any ]; then
    candidates="python3.13 python3.12 python3.11 python3.14 python3 python"
    need="Python 3.11 or newer (with venv)"
    how="install it (Debian, Ubuntu: apt-get install python3-venv; macOS: brew install python@3.13; others: python.org), \
or point to one: make ... PYTHON=/path/to/python3"
else
    candidates="python$wanted python3 python"
    need="Python $wanted (with venv)"
    how="what is deployed is built with exactly this version, so have python$wanted on PATH"
fi

if [ -n "${PYTHON:-}" ]; then
    if answers "$PYTHON" "$wanted"; then
        printf '%s\n' "$PYTHON"
        exit
    fi
    echo "PYTHON=$PYTHON is not $need: give another one, or leave PYTHON out." >&2
    exit 1
fi

for candidate in $candidates; do
    if answers "$candidate" "$wanted"; then
        command -v "$candidate"
        exit
    fi
done

echo "$need is missing: $how." >&2
exit 1
