"""A stack whose publication has [replies], with two readers who got a campaign."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.platform.times import whole_seconds
from rehearsal.ses import Mail
from tests.support.mailings.templates import templates_with_replies
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud, running

MAIJA, PEKKA = "maija@example.com", "pekka@example.com"
FORWARD_TO = "vastaukset@sanaharju.example"


@pytest.fixture(scope="session")
def templates_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With every setting of [replies]."""
    return templates_with_replies(tmp_path_factory.mktemp("replies"), forward_to=FORWARD_TO, keep_words=True)


@pytest.fixture
def cloud(templates_folder: Path) -> Iterator[Cloud]:
    """An empty stack that receives answers."""
    with running(templates_folder) as stack:
        yield stack


@pytest.fixture
def maija(cloud: Cloud) -> str:
    """The id of a reader who got a campaign, as Pekka did."""
    reader = add_reader(MAIJA)
    add_reader(PEKKA)
    start_campaign(Campaign("kevat", "Kevät", "Moi.", "fi"), app, now=whole_seconds(app.now()))
    assert cloud.drain() == []
    return reader


@pytest.fixture
def mail(cloud: Cloud, maija: str) -> Mail:
    """The campaign that Maija got."""
    assert maija
    (found,) = cloud.mails(MAIJA)
    return found
