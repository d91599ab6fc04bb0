"""Articles: stable ids, and marketing's choice above what the feed says."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.article import article_id


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_articles_id_depends_on_its_feed_and_its_identity_alone(feed: str, identity: str) -> None:
    name = article_id(feed, identity)
    assert re.fullmatch("[a-z2-7]{16}", name)
    assert name == article_id(feed, identity)
    assert name != article_id(feed + "x", identity)
    assert name != article_id(feed, identity + "x")
