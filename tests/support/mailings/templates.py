"""The templates that tests stand on: a frozen publication, with the mails, pages and texts of templates/ around it.

What a company writes into its own templates/publication.toml turns no test red;
tests/aws/publication/test_own_publication.py
alone reads that file, and asks for properties, not for words.
"""

from __future__ import annotations

import json
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "publication"
"""publication.toml and sequences/ are the tests' own; the other folders are links to those of templates/."""

REPLY_DOMAIN = "vastaa.sanaharju.example"


def templates_with_replies(folder: Path, domain: str = REPLY_DOMAIN, **settings: object) -> Path:
    """A folder of templates, made in `folder`, whose publication has [replies] with these settings."""
    made = folder / f"templates-{domain}"
    made.mkdir(parents=True)
    for each in TEMPLATES.iterdir():
        if each.name != "publication.toml":
            (made / each.name).symlink_to(each.resolve())
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in {"domain": domain, **settings}.items())
    text = (TEMPLATES / "publication.toml").read_text(encoding="utf-8")
    (made / "publication.toml").write_text(f"{text}\n[replies]\n{table}", encoding="utf-8")
    return made
