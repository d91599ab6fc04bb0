"""Makes a release of what is committed: `make release VERSION=1.2.3`, or prints the notes of one.

    python -m supply.release 1.2.3            # dates changelog and upgrade notes, raises the version, commits, tags
    python -m supply.release --notes v1.2.3   # what the changelog says of it; fails unless the tree is that release

Nothing leaves the computer: `git push --follow-tags` does that, and .github/workflows/release.yml tests and publishes.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT, CHANGELOG, UPGRADE = "pyproject.toml", "CHANGELOG.md", "docs/upgrade.md"
VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
UNRELEASED = "## [Unreleased]"
NOTHING_YET = "Nothing to do but `make deploy`."
"""What the upgrade notes say until somebody adds to them."""


class NoRelease(Exception):
    """Why there is no release, in words for whoever asked for one."""


def number(version: str) -> tuple[int, ...]:
    """Raises NoRelease for what is no version of three numbers."""
    parts = VERSION.fullmatch(version)
    if parts is None:
        raise NoRelease(f"{version!r} is no version: three numbers are wanted, such as VERSION=1.2.3 (no v before it)")
    return tuple(map(int, parts.groups()))


def section(text: str, heading: str) -> str:
    """What stands below a heading of the second level, to the next one; empty where there is no such heading."""
    found = re.search(rf"^{re.escape(heading)}[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def released(files: Mapping[str, str], version: str, today: date) -> dict[str, str]:
    """The files as the release has them. Raises NoRelease where one is not ready for it."""
    current = tomllib.loads(files[PROJECT])["project"]["version"]
    if number(version) <= number(current):
        raise NoRelease(f"{version} is not greater than {current}, the version in {PROJECT}")
    made = {PROJECT: files[PROJECT].replace(f'\nversion = "{current}"\n', f'\nversion = "{version}"\n', 1)}
    for name in (CHANGELOG, UPGRADE):
        if f"\n{UNRELEASED}\n" not in files[name]:
            raise NoRelease(f"{name} has no heading {UNRELEASED!r}")
        if f"\n## [{version}]" in files[name]:
            raise NoRelease(f"{name} has a section on {version} already")
        if not re.search(r"^[^#\s]", section(files[name], UNRELEASED), re.MULTILINE):
            raise NoRelease(
                f"{name} says nothing below {UNRELEASED!r}: nothing to release, or somebody forgot to write"
            )
    dated = f"{UNRELEASED}\n\n## [{version}] - {today.isoformat()}\n"
    made[CHANGELOG] = files[CHANGELOG].replace(f"{UNRELEASED}\n", dated, 1)
    made[UPGRADE] = files[UPGRADE].replace(f"{UNRELEASED}\n", dated.replace("\n\n", f"\n\n{NOTHING_YET}\n\n", 1), 1)
    return made


def git(tree: Path, *arguments: str) -> str:
    """What git prints. Raises NoRelease with what it said where it fails."""
    ran = subprocess.run(  # noqa: S603 (our own words, and a version of numbers)
        ["git", *arguments],  # noqa: S607 (whichever git is on the path)
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise NoRelease(f"git {arguments[0]}: {(ran.stderr or ran.stdout).strip()}")
    return ran.stdout.strip()


def release(tree: Path, version: str, today: date) -> str:
    """Commit and tag; the tag. A release that died between the two is completed. Raises NoRelease, changing nothing."""
    tag = f"v{version}"
    number(version)
    changed = git(tree, "status", "--porcelain")
    if changed:
        raise NoRelease(f"the tree has changes that are not committed:\n{changed}")
    if git(tree, "tag", "--list", tag):
        raise NoRelease(f"there is a tag {tag} already")
    if git(tree, "log", "-1", "--format=%s") != subject(version):
        _commit(tree, version, today)
    git(tree, "tag", "--annotate", tag, "--cleanup=verbatim", "--message", f"{tag}\n\n{notes(tree, tag)}")
    return tag


def _commit(tree: Path, version: str, today: date) -> None:
    """Commit the files of the release. Where git does not take the commit (a hook, a signature), they are as before."""
    before = {name: (tree / name).read_bytes() for name in (PROJECT, CHANGELOG, UPGRADE)}
    made = released({name: content.decode("utf-8") for name, content in before.items()}, version, today)
    try:
        for name, text in made.items():
            (tree / name).write_bytes(text.encode("utf-8"))
        git(tree, "commit", "--quiet", "--message", subject(version), "--", *made)
    except BaseException:  # also Ctrl-C while a hook runs
        for name, content in before.items():
            (tree / name).write_bytes(content)
        raise


def subject(version: str) -> str:
    """The first line of a release's commit."""
    return f"Release {version}"


def notes(tree: Path, tag: str) -> str:
    """What the changelog says of a release, and how to upgrade. Raises NoRelease if the tree is not that release."""
    version = tag.removeprefix("v")
    number(version)
    current = tomllib.loads((tree / PROJECT).read_text("utf-8"))["project"]["version"]
    said = section((tree / CHANGELOG).read_text("utf-8"), f"## [{version}]")
    if current != version or not said:
        raise NoRelease(
            f"this tree is not {tag}: {PROJECT} says {current}, and {CHANGELOG} {len(said)} characters of it"
        )
    return f"{said}\n\n### To upgrade\n\n{section((tree / UPGRADE).read_text('utf-8'), f'## [{version}]')}\n"


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(description="Make a release of what is committed.")
    options.add_argument("version", nargs="?", default="", help="three numbers, greater than those of now")
    options.add_argument("--notes", metavar="TAG", help="print what the changelog says of a release")
    wanted = options.parse_args(arguments)
    try:
        if wanted.notes:
            print(notes(ROOT, wanted.notes))
            return 0
        tag = release(ROOT, wanted.version, datetime.now().astimezone().date())
    except NoRelease as fault:
        print(f"No release: {fault}", file=sys.stderr)
        return 1
    print(f"{tag} is committed and tagged here. Look at it (git show {tag}), then: git push --follow-tags")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
