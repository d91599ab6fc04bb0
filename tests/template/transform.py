"""Run by the Python of .venv-deploy: prints as JSON what the SAM transform makes of a template, without AWS.

python transform.py template.yaml [parameters as JSON]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ANYWHERE = "s3://bucket/key"


def transformed(path: Path, parameters: dict[str, str]) -> dict[str, Any]:
    """The template as CloudFormation gets it. What `sam package` would upload stands for itself."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-north-1")
    from samcli.yamlhelper import yaml_parse
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    template = yaml_parse(path.read_text(encoding="utf-8"))
    template["Globals"]["Function"]["CodeUri"] = ANYWHERE
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri", "Location"):
            if name in resource["Properties"]:
                resource["Properties"][name] = "https://bucket.s3.amazonaws.com/key" if name == "Location" else ANYWHERE
    found: dict[str, Any] = Translator({}, Parser()).translate(template, parameters)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(transformed(Path(sys.argv[1]), json.loads(next(iter(sys.argv[2:]), "{}")))))
