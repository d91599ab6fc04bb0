"""Deploys to the fake account as CI does: no terminal, nobody who answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tests.template.stacks import ROOT

PARAMETERS = """\
PublicUrl = "https://uutiskirje.example.fi"
SenderDomain = "{domain}"
CrmWebhookUrl = "https://crm.example.fi/hooks"
OidcIssuer = "https://issuer.example.fi"
OidcAudience = "console"
"""


def stand_in(folder: Path) -> Path:
    """A template that is built, but for the code of the functions."""
    archive = folder / "code.zip"
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr(zipfile.ZipInfo("readme.txt"), "In place of what make build makes.")
    text = (ROOT / "template.yaml").read_text("utf-8")
    text = re.sub(r"(CodeUri|ContentUri): \S+", rf"\1: {archive}", text)
    text = re.sub(r"Location: (infra/\S+)", rf"Location: {ROOT}/\1", text)
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def unattended(*command: str, account: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run in a session without a terminal; output and errors together, in order."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "NEWSLETTER_"))}
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, **account},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
        check=False,
    )


def deploy(what: str, *options: str, account: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m deploy what dev`."""
    return unattended(sys.executable, "-m", "deploy", what, "dev", *options, account=account)
