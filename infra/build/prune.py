"""Makes the built functions small and quick to start: removes what the product never calls, and adds byte code.

All functions are built from one CodeUri, so the work is done once and they share its result.
"""

from __future__ import annotations

import ast
import csv
import gzip
import importlib.util
import json
import marshal
import modulefinder
import os
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "functions/newsletter/platform/aws/clients.py"
PUBLICATION = ROOT / "templates/publication.toml"

# Files of our dependencies that nothing imports in the functions.
UNUSED = (
    "*.data",  # scripts for a terminal
    "*.dist-info/sboms",  # the archive's own is made from them (infra/supply)
    # All licences are in the archive's LICENCES.txt.
    "*.dist-info/licenses",
    "*.dist-info/LICEN[CS]E*",
    "*.dist-info/NOTICE*",
    "babel/locale-data/LICENSE.unicode",
    "**/*.pyi",
    "aws_lambda_powertools/event_handler",  # our routes have a router of their own (platform/web/router.py)
    "aws_lambda_powertools/metrics/provider/datadog",  # metrics go to CloudWatch
    # Utilities of Powertools that neither we nor the rest of it import.
    *(
        f"aws_lambda_powertools/utilities/{name}"
        for name in (
            "auth_alpha",
            "circuit_breaker",
            "data_masking",
            "feature_flags",
            "idempotency",
            "kafka",
            "parameters",
            "parser",
            "streaming",
            "typing",
            "validation",
        )
    ),
    "cffi",  # cryptography imports the compiled _cffi_backend alone; cffi and pycparser build such modules
    "pycparser",
    "babel/messages",  # collects texts from sources, which only their authors do
    "dateutil/zoneinfo/*.tar.gz",  # the standard library's zoneinfo knows the time zones
    "urllib3/contrib/emscripten",  # for browsers
    "urllib3/contrib/pyopenssl.py",  # in place of the standard library's ssl
    # Parts that need packages which are not here, or work in processes of their own.
    "boto3/crt.py",
    "boto3/dynamodb",  # with "ec2", for resources of boto3; we have clients
    "boto3/ec2",
    "dateutil/tz/win.py",
    "dateutil/tzwin.py",
    "s3transfer/crt.py",
    "s3transfer/processpool.py",
    "botocore/stub.py",  # for tests
    # Formats of texts and templates that we do not use.
    "babel/support.py",
    "babel/units.py",
    "babel/util.py",
    "jinja2/sandbox.py",
    "dns",  # addresses are checked by their form, without asking name servers
    "requirements.txt",  # the lock of functions/, which the build has read
)

# A cold start without byte code compiles for most of a second. People wait for these two functions; a schedule or
# a queue starts the others. Few requests import the packages below: without their byte code the zip stays small.
COMPILED_FUNCTIONS = ("console", "public_site")
NOT_COMPILED = (
    "cryptography",
    "dateutil.easter",
    "dateutil.rrule",
    "disposable_email_domains",
    "botocore.crt",
    "email_validator.deliverability",
    "feedparser",
    "idna.uts46data",
    "joserfc",
    "markdown_it",
    "newsletter.articles.checks.check_feed",
    "newsletter.articles.classification.inflection",
    "newsletter.articles.feeds.feed_client",
    "newsletter.articles.parsing",
    "newsletter.mail.pictures",
    "newsletter.readers.imports",
    "newsletter.readers.transfers",
    "newsletter.reports.clickers",
    "s3transfer",
)


def services() -> tuple[str, ...]:
    """The AWS services of the tuple `SERVICES` in platform/aws/clients.py, read without importing it."""
    for node in ast.parse(CLIENTS.read_text("utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="SERVICES")]) | ast.AnnAssign(target=ast.Name(id="SERVICES")):
                names = ast.literal_eval(node.value) if node.value else ()
                if names and all(isinstance(name, str) for name in names):
                    return tuple(names)
    sys.exit(f"{CLIENTS.relative_to(ROOT)}: SERVICES must be a tuple with the names of the AWS services we call.")


def languages() -> set[str]:
    """The publication's languages and English, which the console speaks, e.g. {"fi", "sv", "en"}."""
    return {"en", *tomllib.loads(PUBLICATION.read_text("utf-8"))["languages"]}


def prune_service_models(function: Path, keep: tuple[str, ...]) -> None:
    """Drop the API descriptions of services we do not call: 28 of botocore's 30 MB.

    The files beside the folders (partitions, endpoints, retry rules) serve every client and stay.
    """
    for data in (function / "botocore/data", function / "boto3/data"):
        missing = [name for name in keep if data.parent.name == "botocore" and not (data / name).is_dir()]
        if missing:
            sys.exit(f"{data}: botocore describes no service named {', '.join(missing)}.")
        for service in data.iterdir():
            if service.is_dir() and service.name not in keep:
                shutil.rmtree(service)
    shutil.rmtree(function / "boto3/examples", ignore_errors=True)
    for model in function.glob("botocore/data/*/*/service-2.json.gz"):
        described = json.loads(gzip.decompress(model.read_bytes()))
        text = json.dumps(without_documentation(described), separators=(",", ":"))
        model.write_bytes(gzip.compress(text.encode(), mtime=0))


def without_documentation(model: Any) -> Any:
    """An API model of botocore without what `help()` would print: four fifths of it.

    A text by the name of `documentation` is that; anything else may be a member of a shape that has the same name.
    """
    if isinstance(model, dict):
        return {
            key: without_documentation(value)
            for key, value in model.items()
            if not (key == "documentation" and isinstance(value, str))
        }
    return [without_documentation(value) for value in model] if isinstance(model, list) else model


def prune_locales(function: Path, keep: set[str]) -> None:
    """Drop the locales of other languages, and other countries'; `root` is the parent of all.

    A language of one country, e.g. `en-GB`, keeps its whole family: its data are spread over it.
    """
    families = {tag.partition("-")[0] for tag in keep if "-" in tag}
    for locale in (function / "babel/locale-data").glob("*.dat"):
        if locale.stem not in keep | {"root"} and locale.stem.partition("_")[0] not in families:
            locale.unlink()


def prune_unused(function: Path) -> None:
    """Drop the files of `UNUSED`."""
    for pattern in UNUSED:
        for path in function.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    prune_metadata(function)


def prune_metadata(function: Path) -> None:
    """Drop what is left of packages of which nothing else is, and the lists of files, which are wrong by now."""
    for record in function.glob("*.dist-info/RECORD"):
        files = [function / row[0] for row in csv.reader(record.read_text("utf-8").splitlines()) if row]
        if not any(file.is_file() and file.parent != record.parent for file in files):
            shutil.rmtree(record.parent)
        else:
            record.unlink()


def compile_byte_code(function: Path) -> None:
    """Compile what `COMPILED_FUNCTIONS` import. Python in Lambda cannot keep byte code, because its disk is read-only.

    The byte code trusts the source beside it (unchecked hash), so it does not depend on file times, and names
    the files as they are in Lambda: equal sources give equal zips, which are uploaded once.
    """
    finder = modulefinder.ModuleFinder(path=[str(function)], excludes=NOT_COMPILED)
    for name in COMPILED_FUNCTIONS:
        finder.run_script(str(function / name / "handler.py"))
    for module in finder.modules.values():
        source = Path(getattr(module, "__file__", None) or "")
        if source.suffix == ".py" and source.is_relative_to(function):
            cached = Path(importlib.util.cache_from_source(str(source)))
            cached.parent.mkdir(exist_ok=True)
            cached.write_bytes(byte_code(source.read_bytes(), f"/var/task/{source.relative_to(function)}"))


def byte_code(source: bytes, named: str) -> bytes:
    """The `.pyc` of a module, by PEP 552, without its docstrings: a seventh of it, which nobody reads in Lambda.

    Each docstring becomes a dot rather than nothing: a dataclass without one would work out its signature when it
    is imported. Assertions stay, unlike with `python -OO`. Line numbers are those of the source, for tracebacks.
    """
    module = ast.parse(source)
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as docstring), *_]:
                    docstring.value = "."
    unchecked = (1).to_bytes(4, "little")
    code = marshal.dumps(compile(module, named, "exec", dont_inherit=True))
    return importlib.util.MAGIC_NUMBER + unchecked + importlib.util.source_hash(source) + code


def listing(folder: Path) -> dict[Path, int]:
    """Every file below `folder` with its size in bytes."""
    return {file.relative_to(folder): file.stat().st_size for file in folder.rglob("*") if file.is_file()}


def main(build: Path) -> None:
    if sys.version_info[:2] != (3, 13):
        sys.exit(f"Byte code must come from python3.13, the functions' runtime, not from {sys.version.split()[0]}.")
    functions = sorted(folder for folder in build.resolve().iterdir() if (folder / "newsletter").is_dir())
    if not functions:
        sys.exit(f"{build} holds no built function: run `make build`.")
    first, *others = functions
    built = listing(first)
    for other in others:
        if listing(other) != built:
            sys.exit(f"{other.name} is not built from the same CodeUri as {first.name}, as all functions should be.")

    prune_service_models(first, services())
    prune_locales(first, languages())
    prune_unused(first)
    compile_byte_code(first)
    for other in others:
        shutil.rmtree(other)
        shutil.copytree(first, other, copy_function=os.link)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
