"""Which image is a picture of an article, and which one of several stands for it."""

from __future__ import annotations

import pytest

from newsletter.articles.parsing.pictures import Picture, best_picture, sized


@pytest.mark.parametrize(
    "url",
    [
        "https://b.example/wp-content/plugins/share/facebook.png",
        "https://b.example/images/share-button.png",
        "https://b.example/icons/twitter-32x32.png",
        "https://static.addtoany.com/buttons/favicon.png",
        "https://b.example/favicon.png",
        "https://b.example/apple-touch-icon.png",
        "https://b.example/wp-includes/images/smilies/icon_smile.gif",
        "https://b.example/smilies/happy.png",
        "https://s.w.org/images/core/emoji/15/72x72/1f600.png",
        "https://secure.gravatar.com/avatar/abc?s=96",
        "https://b.example/avatars/maija.jpg",
        "https://b.example/uploads/avatar-150x150.png",
        "https://img.shields.io/badge/a-b.png",
        "https://b.example/badge.png",
        "https://b.example/spacer.gif",
        "https://b.example/img/1x1.png",
        "https://b.example/images/blank.gif",
        "https://b.example/transparent.png",
        "https://b.example/placeholder.png",
        "https://b.example/image-placeholder.jpg",
        "https://via.placeholder.com/600x400.png",
        "https://b.example/loading.gif",
        "https://pixel.wp.com/b.gif?v=1",
        "https://stats.wordpress.com/b.gif?host=x",
        "https://feeds.feedburner.com/~r/x/~4/y",
        "https://medium.com/_/stat?event=post.clientViewed&referrerSource=full_rss",
        "https://www.facebook.com/tr?id=1&ev=PageView",
        "https://blogger.googleusercontent.com/tracker/123",
        "https://track.example.com/open.gif",
        "https://www.google-analytics.com/collect?v=1",
        "https://ws-eu.amazon-adsystem.com/e/ir?t=x",
        "https://licensebuttons.net/l/by/4.0/88x31.png",
        "https://www.paypalobjects.com/en_US/i/btn/btn_donate_LG.gif",
        "https://b.example/kaavio.svg",
        "https://b.example/kuva.avif",
        "https://media.example/include/images/tracking/x-rss-pixel.png?story=1",
        "https://media.example/x-rss-pixel.png?story=2",
        "https://b.example/k-40x40.jpg",
        "https://matomo.b.example/matomo.php?idsite=3&rec=1",
        "https://b.example/piwik.php?idsite=3",
        "https://analytics.example.com/collect?v=1",
        "https://b.example/collect?v=1&t=pageview",
        "https://vg09.met.vgwort.de/na/abc123",
        "https://storage.ko-fi.com/cdn/kofi2.png?v=3",
        "https://www.bloglovin.com/widget/bilder/en/widget.gif?id=123",
        "https://dummyimage.com/600x400/000/fff",
        "https://fakeimg.pl/600x400/",
        "https://placehold.jp/600x400.png",
        "https://b.example/img/no-image.png",
        "https://b.example/img/noimage-300x200.jpg",
        "https://b.example/img/default-thumbnail.jpg",
        "https://b.example/img/image_not_available.jpg",
        "https://b.example/img/coming-soon.png",
        "https://b.example/img/ei-kuvaa.png",
        "https://b.example/assets/mastodon.png",
        "",
    ],
)
def test_what_is_no_picture_of_an_article_is_not_shown(url: str) -> None:
    assert not sized(Picture(url)).is_shown


@pytest.mark.parametrize(
    "picture",
    [
        Picture("https://b.example/uploads/2026/11/majakka.jpg"),
        Picture("https://b.example/uploads/avatar-elokuva-1024x683.jpg"),
        Picture("https://b.example/uploads/share-of-voice.png", width=800),
        Picture("https://b.example/uploads/pixel-9-puhelin.jpg"),
        Picture("https://b.example/uploads/blankki.jpg"),
        Picture("https://b.example/uploads/iconic-design.jpg"),
        Picture("https://b.example/uploads/socialism.jpg"),
        Picture("https://b.example/uploads/linkedin-profiili.png"),
        Picture("https://b.example/uploads/facebook.jpg"),
        Picture("https://b.example/uploads/yrityksen-logo.png"),
        Picture("https://trackfield.example/k.jpg"),
        Picture("https://b.example/uploads/collection/k.jpg"),
        Picture("https://b.example/uploads/no-images-needed.jpg"),
        Picture("https://b.example/uploads/defaultti.jpg"),
        Picture("https://b.example/uploads/mastodon-opas.png"),
        Picture("https://b.example/uploads/analytics.jpg"),
    ],
)
def test_a_picture_is_one_whatever_word_is_in_its_name(picture: Picture) -> None:
    assert sized(picture).is_shown


BIG, SMALL = Picture("https://b.example/iso.jpg", "Iso", 1024), Picture("https://b.example/pieni.jpg", "", 150)
UNKNOWN, ICON = Picture("https://b.example/k.jpg"), Picture("https://b.example/x.jpg", "", 40)


@pytest.mark.parametrize(
    ("named", "in_text", "thumbnails", "best"),
    [
        ([BIG], [UNKNOWN], [], BIG),
        ([UNKNOWN], [BIG], [], UNKNOWN),
        ([SMALL], [BIG], [], BIG),
        ([], [BIG], [SMALL], BIG),
        ([], [UNKNOWN], [SMALL], UNKNOWN),
        ([], [BIG], [UNKNOWN], BIG),
        ([], [], [SMALL], SMALL),
        ([], [SMALL], [BIG], BIG),
        ([], [UNKNOWN], [BIG], BIG),
        ([SMALL], [], [], SMALL),
        ([Picture("https://b.example/nauha.png", "", 600, 62)], [UNKNOWN], [], UNKNOWN),
        ([], [ICON, SMALL, BIG], [], BIG),
        ([], [SMALL, ICON], [], SMALL),
        ([], [ICON], [ICON], Picture("")),
        ([], [], [], Picture("")),
    ],
)
def test_a_large_picture_goes_before_a_small_one(
    named: list[Picture], in_text: list[Picture], thumbnails: list[Picture], best: Picture
) -> None:
    assert best_picture(named, in_text, thumbnails, frozenset()) == best


def test_a_picture_of_many_entries_is_none_of_this_one() -> None:
    assert best_picture([BIG], [UNKNOWN], [], frozenset({BIG.motif})) == UNKNOWN


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://b.example/k-300x200.jpg", "https://b.example/k-1024x683.jpg", True),
        ("https://b.example/k.jpg?w=300", "https://b.example/k.jpg?w=900&quality=80", True),
        ("https://b.example/kuva?id=1", "https://b.example/kuva?id=2", False),
        ("https://b.example/k1.jpg", "https://b.example/k2.jpg", False),
        ("http://[x/k.jpg", "http://[x/k.jpg", True),
    ],
)
def test_sizes_of_one_picture_have_one_motif(one: str, other: str, same: object) -> None:
    assert (Picture(one).motif == Picture(other).motif) == same
