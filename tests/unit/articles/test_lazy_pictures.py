"""Pictures that scripts would load: their true address is taken, from whichever attribute has it."""

from __future__ import annotations

import pytest

from newsletter.articles.parsing.lazy_pictures import source_set
from newsletter.articles.parsing.markup import pictures, plain, safe_html
from newsletter.articles.parsing.pictures import Picture

GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
BASE = "https://b.example/juttu/"


@pytest.mark.parametrize(
    "markup",
    [
        f"<img src='{GIF}' data-src='/k.jpg'>",
        f"<img src='{GIF}' data-lazy-src='/k.jpg'>",
        f"<img src='{GIF}' data-original='/k.jpg'>",
        "<img data-src='/k.jpg'>",
        "<img data-cfsrc='/k.jpg' style='display:none;visibility:hidden'>",
        f"<img src='{GIF}' data-ezsrc='/k.jpg'>",
        f"<img src='{GIF}' data-lzl-src='/k.jpg'>",
        f"<img src='{GIF}' data-orig-src='/k.jpg'>",
        "<img src='' data-src='/k.jpg'>",
        "<img src='/img/blank.gif' data-src='/k.jpg'>",
        "<img src='/img/lazy-placeholder.png' data-original='/k.jpg'>",
        "<img src='https://b.example/wp-content/plugins/x/1x1.trans.gif' data-lazy-src='/k.jpg'>",
        "<img src='/k-small.jpg' data-src='/k.jpg'>",
        f"<img src='{GIF}' srcset='/k.jpg'>",
        f"<img src='{GIF}' data-srcset='/k.jpg 2x'>",
        f"<img src='{GIF}' data-large-file='/k.jpg'>",
        f"<img src='{GIF}'><noscript><img src='/k.jpg'></noscript>",
        "<noscript><img src='/k.jpg'></noscript>",
        f"<img src='{GIF}' data-src='/k.jpg'><noscript><img src='/k.jpg'>Ota skriptit käyttöön</noscript>",
        f"<picture><source srcset='/k.avif' type='image/avif'><source srcset='/k.jpg'><img src='{GIF}'></picture>",
        f"<figure><picture><source data-srcset='/k.jpg'><img src='{GIF}'></picture></figure>",
        "<img src='//b.example/k.jpg'>",
        f"<img src='{GIF}{'A' * 20_000}' data-src='/k.jpg'>",
        "<IMG SRC=/k.jpg LOADING=lazy>",
        "<img src='/k.jpg' data-src='{{ image }}'>",
    ],
)  # fmt: skip
def test_a_lazy_picture_is_found_once_and_its_filler_is_not(markup: str) -> None:
    safe = safe_html(f"<p>{markup}</p>", BASE)
    assert [picture.url for picture in pictures(safe)] == ["https://b.example/k.jpg"]
    assert "data:" not in safe
    assert safe_html(safe, BASE) == safe
    assert "skriptit" not in plain(markup)


@pytest.mark.parametrize(
    ("markup", "picture"),
    [
        (
            "<img src='/k-300x200.jpg' width='300' height='200' srcset='/k-300x200.jpg 300w, /k-1024x683.jpg 1024w'>",
            Picture("https://b.example/k-1024x683.jpg", "", 1024, 683),
        ),
        ("<img src='/k.jpg' srcset='/k-300x200.jpg 300w' alt='Majakka'>", Picture(f"{BASE[:18]}k.jpg", "Majakka")),
        ("<img src='/k-300x200.jpg'>", Picture("https://b.example/k-300x200.jpg", "", 300, 200)),
        ("<img src='/k.jpg?w=640&amp;h=480'>", Picture("https://b.example/k.jpg?w=640&h=480", "", 640, 480)),
        ("<img src='/k.jpg?resize=640%2C480'>", Picture("https://b.example/k.jpg?resize=640%2C480", "", 640, 480)),
        (
            f"<img src='{GIF}' width='1' height='1' data-srcset='/k.jpg?w=600 600w,/k.jpg?w=1200 1200w,/k3.jpg 3000w'>",
            Picture("https://b.example/k.jpg?w=1200", "", 1200),
        ),
        (
            "<img src='https://cdn.example/$s_!x!,w_424,c_limit/https%3A%2F%2Fs3.example%2Fk.png'>",
            Picture("https://cdn.example/$s_!x!,w_424,c_limit/https%3A%2F%2Fs3.example%2Fk.png", "", 424),
        ),
    ],
)  # fmt: skip
def test_the_size_that_a_mail_can_use_is_taken(markup: str, picture: Picture) -> None:
    assert pictures(safe_html(markup, BASE)) == [picture]


def test_a_source_set_is_read_as_browsers_read_it() -> None:
    written = " /a,w_1/b.jpg 100w,/c.jpg 200w , /d.jpg 2x,\n/e.jpg, data:image/gif;base64,AA== 1w, /f.jpg 300w 200h"
    assert [(each.url, each.width) for each in source_set(written)] == [
        ("/a,w_1/b.jpg", 100),
        ("/c.jpg", 200),
        ("/d.jpg", 0),
        ("/e.jpg", 0),
        ("/f.jpg", 300),
    ]
    assert source_set("") == source_set(" , ,, ") == []


@pytest.mark.parametrize(
    "smiley",
    [
        '<img src="https://s.w.org/images/core/emoji/15/72x72/1f600.png" alt="😀" class="wp-smiley">',
        '<img class="emoji" alt="😀" src="/e.png">',
    ],
)
def test_a_smiley_is_its_text_and_no_picture(smiley: str) -> None:
    assert plain(f"<p>Hyvä {smiley}!</p>") == "Hyvä 😀!"
    assert pictures(safe_html(smiley, BASE)) == []


def test_a_size_in_the_style_counts() -> None:
    markup = "<img src='/pieni.png' style='width:20px;height:20px'><img src='/k.jpg' style='max-width: 10px'>"
    assert [picture.url for picture in pictures(safe_html(markup, BASE))] == ["https://b.example/k.jpg"]
