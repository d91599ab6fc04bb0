"""The picture of an article: one that a reader would see, that fits a mail, with its text and size."""

from __future__ import annotations

import pytest

from tests.support.articles.feed_text import item, one, rss


@pytest.mark.parametrize(
    ("more", "image"),
    [
        ('<enclosure url="https://b.example/a.jpg" type="image/jpeg" length="1"/>', "https://b.example/a.jpg"),
        ('<enclosure url="https://b.example/a.mp3" type="audio/mpeg" length="1"/>', ""),
        ("<description>&lt;p&gt;&lt;img src='/kuva.png' alt=''&gt;</description>", "https://blog.example.com/kuva.png"),
        (
            (
                "<description>&lt;img src='https://t.example/p' width='1' height='1'/&gt;"
                "&lt;img width='100' src='https://b.example/b.png'&gt;</description>"
            ),
            "https://b.example/b.png",
        ),
        ("<description>&lt;img src='http://[bad/x.png'&gt;</description>", ""),
        ("<description>&lt;img src='data:image/png;base64,xx'&gt;</description>", ""),
        (
            '<m:thumbnail xmlns:m="http://search.yahoo.com/mrss/" url="https://b.example/t.jpg"/>',
            "https://b.example/t.jpg",
        ),
    ],
)
def test_an_image_is_one_a_reader_would_see(more: str, image: str) -> None:
    assert one(rss(item().replace("</item>", more + "</item>"))).image == image


MEDIA = 'xmlns:m="http://search.yahoo.com/mrss/"'


@pytest.mark.parametrize(
    ("more", "image"),
    [
        # One motif in several sizes: the largest that a mail can show.
        (
            "".join(f'<m:content {MEDIA} url="https://b.example/k.jpg?w={w}" width="{w}"/>' for w in (140, 1100, 4000)),
            ("https://b.example/k.jpg?w=1100", "", 1100, 0),
        ),
        # WordPress.com names the author's portrait first.
        (
            (
                f'<m:content {MEDIA} url="https://1.gravatar.com/avatar/x" medium="image"/>'
                f'<m:content {MEDIA} url="https://b.example/k.jpg" medium="image" width="800" height="600"/>'
            ),
            ("https://b.example/k.jpg", "", 800, 600),
        ),
        # A film is no picture; its thumbnail is.
        (
            (
                f'<m:content {MEDIA} url="https://b.example/f.mp4" type="video/mp4"/>'
                f'<m:thumbnail {MEDIA} url="https://b.example/t.jpg" width="480" height="360"/>'
            ),
            ("https://b.example/t.jpg", "", 480, 360),
        ),
        # The same picture in the text says what is on it.
        (
            (
                '<enclosure url="https://b.example/k.jpg" type="image/jpeg"/>'
                "<description>&lt;img src='https://b.example/k-300x200.jpg' alt='Majakka'&gt;</description>"
            ),
            ("https://b.example/k.jpg", "Majakka", 0, 0),
        ),
        (
            "<description>&lt;img src='/k.jpg' alt='Majakka' width='640' height='480'&gt;</description>",
            ("https://blog.example.com/k.jpg", "Majakka", 640, 480),
        ),
    ],
)
def test_the_picture_is_one_that_fits_with_its_text_and_size(more: str, image: tuple[str, str, int, int]) -> None:
    entry = one(rss(item().replace("</item>", more + "</item>")))
    assert (entry.image, entry.image_alt, entry.image_width, entry.image_height) == image
