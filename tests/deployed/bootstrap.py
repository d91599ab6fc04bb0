"""Starts AWS's runtime client in a process that may do no more than in Lambda: `python -I -S -B bootstrap.py JSON`.

Run by the Python of Lambda without packages of its own. The JSON has `task`, `runtime` (the folders of the runtime
client and of what it needs), `writable`, `megabytes` and `handler`, and in `patience` by module what is to have another
value there.
"""

import ctypes
import json
import os
import resource
import sys
from importlib import import_module

# Numbers of Linux, the same on x86-64 and arm64: landlock(7) and linux/landlock.h.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
WRITE_FILE, TRUNCATE = 1 << 1, 1 << 14
REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
NO_NEW_PRIVILEGES = 38


class _Rule(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def main(asked: str) -> None:
    """Never returns: the runtime client asks for events until the process is ended."""
    wanted = json.loads(asked)
    # Lambda counts resident memory of all processes together and ends them. Without rights, a process can be given a
    # limit on its address space alone, which is more than is resident: who keeps to this one keeps to Lambda's.
    limit = wanted["megabytes"] * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    _write_nowhere_but(wanted["writable"])
    os.chdir(wanted["task"])
    sys.path.insert(0, wanted["task"])
    sys.path.extend(wanted["runtime"])
    for module, values in wanted["patience"].items():
        if wanted["handler"].startswith(module):
            vars(import_module(module)).update(values)
    from awslambdaric.__main__ import main as run

    run(["bootstrap", wanted["handler"]])


def _write_nowhere_but(folder: str) -> None:
    """Landlock, which needs no rights. Raises OSError where the kernel has none (before 5.13)."""
    libc = ctypes.CDLL(None, use_errno=True)

    def call(*arguments: object) -> int:
        answer = int(libc.syscall(*arguments))
        if answer < 0:
            raise OSError(ctypes.get_errno(), "Landlock does not work on this machine")
        return answer

    handled = ctypes.c_uint64(WRITE_FILE | TRUNCATE | REMOVE_AND_MAKE)
    rules = call(CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(8), 0)
    for path, allowed in ((folder, handled.value), (os.devnull, WRITE_FILE)):
        rule = _Rule(allowed, os.open(path, os.O_PATH | os.O_CLOEXEC))
        call(ADD_RULE, rules, PATH_BENEATH, ctypes.byref(rule), 0)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call(RESTRICT_SELF, rules, 0)


if __name__ == "__main__":
    main(sys.argv[1])
