"""Prints as JSON what the SAM transform makes of a template, packaged as `sam package` would, without AWS.

Run by the Python of .venv-deploy, which has the SAM CLI:
`python infra/build/transform.py template.yaml [parameters as JSON]`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

BUCKET = "packaged"
"""Where everything local is said to have been uploaded, under the path that it has in the tree."""
LOCAL = ("CodeUri", "ContentUri", "Location")


def transformed(path: Path, parameters: dict[str, str]) -> dict[str, Any]:
    """The template as CloudFormation gets it: nothing in it is local or SAM's own any more."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-north-1")
    from samcli.yamlhelper import yaml_parse
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    template = yaml_parse(path.read_text(encoding="utf-8"))
    for properties in (
        *template.get("Globals", {}).values(),
        *(resource.get("Properties", {}) for resource in template["Resources"].values()),
    ):
        for name in LOCAL:
            if isinstance(properties.get(name), str):
                properties[name] = uploaded(name, properties[name])
    found: dict[str, Any] = Translator({}, Parser()).translate(template, parameters)
    return found


def uploaded(name: str, local: str) -> str:
    """The address that a local path has after the upload; CloudFormation takes nested templates by https alone."""
    key = local.rstrip("/")
    return f"https://{BUCKET}.s3.amazonaws.com/{key}" if name == "Location" else f"s3://{BUCKET}/{key}.zip"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(transformed(Path(sys.argv[1]), json.loads(next(iter(sys.argv[2:]), "{}")))))
