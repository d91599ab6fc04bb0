"""Prepares in build/runtime what runs the built archive on this machine as Lambda does: `runtime.py PYTHON`.

`task` is the archive, with compiled modules of this machine's own wheels in place of those for arm64; `opt` the layer;
`client` AWS's runtime client. The wheels are those of the locks, by their hashes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOYED, WHEELS, TARGET = ROOT / "build/deployed", ROOT / "build/wheels", ROOT / "build/runtime"
LOCK = ROOT / "infra/requirements/runtime.txt"


def main(python: str) -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    task = TARGET / "task"
    for archive, folder in (("functions.zip", task), ("templates.zip", TARGET / "opt")):
        with zipfile.ZipFile(DEPLOYED / archive) as packed:
            packed.extractall(folder)
    if os.uname().machine != "aarch64":
        compile_for_this_machine(task)
    options = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "--no-compile")
    target = ("--target", TARGET / "client", "--requirement", LOCK)
    subprocess.run([python, "-m", "pip", "install", *options, *target], check=True)  # noqa: S603 (the command is ours)
    (TARGET / "python").symlink_to(python)
    print(f"  {TARGET.relative_to(ROOT)}: the archive as it runs on {os.uname().machine}, and AWS's runtime client")


def compile_for_this_machine(task: Path) -> None:
    """Take the compiled modules of this machine's wheels; where one was pruned, it stays away."""
    compiled = {path.relative_to(task).parent for path in task.rglob("*.so*")}
    for path in task.rglob("*.so*"):
        path.unlink()
    for wheel in WHEELS.glob(f"*{os.uname().machine}.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if ".so" in Path(name).name and (Path(name).parent in compiled or ".libs" in name):
                    archive.extract(name, task)


if __name__ == "__main__":
    main(sys.argv[1])
