"""The local cloud, with AWS's runtime client and the built archive in place of the functions of this process."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from rehearsal import cloud as clouds
from tests.deployed.containers import LAYER
from tests.deployed.in_containers import InContainers
from tests.skips import RUNTIME, require
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.product_over_http import Product, item, rss, started

# moto's CloudFormation brings jsonschema, which works four seconds on a parser of addresses. What asks for that
# (test_materials.py) does so in a process of its own.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def built() -> Path:
    """The archive of this tree, ready to run here."""
    return require(RUNTIME)


@pytest.fixture(scope="module")
def product(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A blog with one article of today, and the product in containers with the layer that is deployed.

    Its publication is the tests' own, so that what a company writes into its own turns none red."""
    folder = tmp_path_factory.mktemp("product")
    feed, layer = folder / "feed.xml", folder / "opt"
    shutil.copytree(built / LAYER.name, layer)
    for own in ("publication.toml", "sequences"):
        whole = TEMPLATES / own
        shutil.copytree(whole, layer / own, dirs_exist_ok=True) if whole.is_dir() else shutil.copy(whole, layer)
    feed.write_text(rss(item("Puoli tuntia viikossa", datetime.now(UTC), "LinkedIn")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clouds, "Functions", InContainers)
        with started(feed, templates=layer) as here:
            containers = cast(InContainers, here.cloud.functions)
            try:
                yield here
            finally:
                here.cloud.drain()
                containers.close()
