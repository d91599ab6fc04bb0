"""From the built functions to what is uploaded: archives, licences and bill of materials in build/deployed.

Run by .venv-deploy after the build: `python -m supply.package .aws-sam/build build/deployed`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from supply import archive
from supply.licences import check, notices, read_rules
from supply.materials import Archive, bill
from supply.origins import of_others, trace
from supply.wheels import BadMaterial, read_wheels

ROOT = Path(__file__).parents[2]
MB = 1_000_000
"""AWS counts its limit of 50 MB for a zip in these."""


def main(build: Path, target: Path) -> None:
    """Write everything to `target`. Raises BadMaterial."""
    rules = read_rules()
    code = archive.contents(functions_in(build)[0])
    ours = [folder.name for folder in (ROOT / "functions").iterdir() if folder.is_dir()]
    shipped = trace(
        code.keys(), read_wheels(ROOT / "build/wheels", ROOT / "functions/requirements.txt"), ours, rules.copied
    )
    data = {f"templates/{name}": content for name, content in archive.contents(ROOT / "templates").items()}
    copied = of_others(data, rules.copied)
    faults = list(check(shipped, rules, copied))
    if faults:
        raise BadMaterial("\n".join(faults))
    code["LICENCES.txt"] = notices(shipped, rules, copied).encode()
    layer = {name.removeprefix("templates/"): content for name, content in data.items()}
    archives = [
        Archive("functions.zip", archive.write(target / "functions.zip", code), shipped, _hashed(code)),
        Archive("templates.zip", archive.write(target / "templates.zip", layer), (), _hashed(data), copied),
    ]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    (target / "LICENCES.txt").write_bytes(code["LICENCES.txt"])
    (target / "sbom.cdx.json").write_text(bill(version, archives, rules, made_at()), encoding="utf-8")
    for each in archives:
        size = (target / each.name).stat().st_size
        print(f"  {each.name:<14} {size / MB:.2f} MB  sha256 {each.sha256}")
    print(f"  {target}: also LICENCES.txt, and sbom.cdx.json of {len(shipped)} packages")


def _hashed(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def functions_in(build: Path) -> list[Path]:
    """The folders of the built functions, all with the same files. Raises BadMaterial where there is none."""
    built = sorted(folder for folder in build.resolve().iterdir() if (folder / "newsletter").is_dir())
    if not built:
        raise BadMaterial(f"{build} holds no built function: run `make build`")
    return built


def made_at() -> datetime:
    """The moment in the bill: SOURCE_DATE_EPOCH, else that of the commit; never that of the build."""
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not stated:
        asked = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],  # noqa: S607 (whichever git is on the path)
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        stated = asked.stdout.strip() if asked.returncode == 0 else ""
    return datetime.fromtimestamp(int(stated or "0"), UTC)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except BadMaterial as fault:
        sys.exit(f"Not packed, because\n{fault}")
