"""The publication of the tests with other sequences, as after an edit and a deployment."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.container import app
from tests.support.mailings.templates import TEMPLATES

LINKED = ("email", "pages", "locales", "console", "sequences")


def edition(folder: Path, sequences: str, *, offers: bool = True) -> Path:
    """A folder of templates whose publication has these tables in place of its sequences.

    Without `offers`, its offer names no sequence.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        link = folder / name
        if not link.exists():
            link.symlink_to((TEMPLATES / name).resolve())
    text = (TEMPLATES / "publication.toml").read_text(encoding="utf-8").partition("[[sequences]]")[0]
    if not offers:
        text = text.replace('sequence = "sparraus"\n', "")
    (folder / "publication.toml").write_text(text + sequences, encoding="utf-8")
    return folder


def deploy(changed: pytest.MonkeyPatch, folder: Path, sequences: str, *, offers: bool = False) -> None:
    """Go on with these sequences, in every function."""
    number = len(list(folder.glob("edition*")))
    path = edition(folder / f"edition{number}", sequences, offers=offers)
    changed.setenv("NEWSLETTER_TEMPLATES", str(path))
    app.reset()
    assert app.publication.sequences


def step(key: str, days: int, more: str = "") -> str:
    """A step with that key, whose subject is its key."""
    subject = ", ".join(f'{language} = "{key}"' for language in ("fi", "sv", "en"))
    return (
        f'[[sequences.steps]]\nkey = "{key}"\nafter_days = {days}\nbody = "sequences/sparraus-1"\n'
        f"subject = {{ {subject} }}\n{more}\n"
    )


def sequence(key: str, *steps: str, more: str = 'trigger = "confirmed"') -> str:
    """A sequence of these steps."""
    return f'[[sequences]]\nkey = "{key}"\n{more}\n' + "".join(steps)
