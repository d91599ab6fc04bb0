"""The templates that tests stand on: a frozen publication, with the mails, pages and texts of templates/ around it.

What a company writes into its own templates/publication.toml turns no test red;
tests/aws/publication/test_own_publication.py
alone reads that file, and asks for properties, not for words.
"""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "publication"
"""publication.toml and sequences/ are the tests' own; the other folders are links to those of templates/."""
