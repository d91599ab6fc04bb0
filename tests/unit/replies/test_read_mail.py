"""What is read of a mail, as programs write it and as nobody should."""

from __future__ import annotations

import base64
import quopri

import pytest

from newsletter.replies.parsing.read_mail import read_mail

HEAD = "From: Matti <matti@example.com>\nSubject: Hei\nMIME-Version: 1.0\n"


def mail(head: str, body: bytes | str) -> bytes:
    return f"{HEAD}{head}\n\n".encode() + (body if isinstance(body, bytes) else body.encode())


def from_header(value: str) -> tuple[str, str]:
    found = read_mail(f"From: {value}\nSubject: x\n\ntext".encode())
    return found.from_address, found.from_name


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "cp1252"),
        ("iso-8859-15", "iso-8859-15"),
        ("Windows-1252", "cp1252"),
        ('"utf-8"', "utf-8"),
        ("us-ascii", "utf-8"),
        ("us-ascii", "cp1252"),
        ("x-unknown", "utf-8"),
        ("x-unknown", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
def test_a_text_is_read_in_its_charset_or_the_likeliest(charset: str, codec: str) -> None:
    assert (
        read_mail(
            mail(f"Content-Type: text/plain; charset={charset}", "Hyvä – päivä".replace("–", "-").encode(codec))
        ).text
        == "Hyvä - päivä"
    )


def test_latin_1_has_the_quotes_of_windows() -> None:
    assert read_mail(mail("Content-Type: text/plain; charset=iso-8859-1", b"\x93hei\x94 \x96 \x80")).text == "“hei” – €"


def test_iso_2022_jp() -> None:
    assert (
        read_mail(mail("Content-Type: text/plain; charset=iso-2022-jp", "日本語".encode("iso-2022-jp"))).text
        == "日本語"
    )


@pytest.mark.parametrize(
    "charset", ["unicode_escape", "idna", "punycode", "zlib", "rot13", "undefined", "../os", "x" * 999]
)
def test_a_codec_that_is_no_charset_is_not_used(charset: str) -> None:
    assert read_mail(mail(f"Content-Type: text/plain; charset={charset}", r"\ud800 xn--a")).text == r"\ud800 xn--a"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("quoted-printable", quopri.encodestring("Hyvää päivää, 😀".encode())),
        ("base64", base64.encodebytes("Hyvää päivää, 😀".encode())),
        ("BASE64", base64.b64encode("Hyvää päivää, 😀".encode()) + b"!!"),
        ("8bit", "Hyvää päivää, 😀".encode()),
        ("x-nobody-knows", "Hyvää päivää, 😀".encode()),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes) -> None:
    assert (
        read_mail(mail(f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}", body)).text
        == "Hyvää päivää, 😀"
    )


@pytest.mark.parametrize("body", [b"A", b"=", b"====", b"\xff\xfe", b"=ZZ=C3", b"=C3=A4=\r\n=", b"SGVp" * 3 + b"A"])
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode"])
def test_a_broken_encoding_is_read_as_well_as_it_goes(encoding: str, body: bytes) -> None:
    found = read_mail(mail(f"Content-Type: text/plain\nContent-Transfer-Encoding: {encoding}", body))
    assert found.from_address == "matti@example.com"


def test_flowed_lines_are_joined_and_quotes_keep_their_depth() -> None:
    text = "Ensimmäinen rivi \njatkuu.\n> lainattu \n> jatkuu\n>> syvempi\n Sisennetty\n-- \nMatti"
    found = read_mail(mail("Content-Type: text/plain; charset=utf-8; format=flowed", text))
    assert found.text == "Ensimmäinen rivi jatkuu.\n> lainattu jatkuu\n>> syvempi\nSisennetty\n--\nMatti"


def test_flowed_lines_without_the_blank_of_their_end() -> None:
    found = read_mail(mail("Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes", "日本 \n語"))
    assert found.text == "日本語"


def test_plain_text_comes_before_html_unless_it_is_empty() -> None:
    parts = "--b\nContent-Type: text/plain\n\n{}\n--b\nContent-Type: text/html\n\n<p>HTML</p>\n--b--"
    head = "Content-Type: multipart/alternative; boundary=b"
    assert read_mail(mail(head, parts.format("Plain"))).text == "Plain"
    assert read_mail(mail(head, parts.format(""))).text == "HTML"
    assert read_mail(mail(head, parts.format("Plain"))).html == "<p>HTML</p>"


def test_html_is_read_line_by_line_with_its_quotes_marked() -> None:
    html = (
        "<style>p {}</style><p>Hei&nbsp;Anna</p><p>rivi<br>toinen</p>"
        "<blockquote>vanha<blockquote>vanhempi</blockquote></blockquote>loppu"
    )
    assert read_mail(mail("Content-Type: text/html", html)).text == (
        "Hei Anna\nrivi\ntoinen\n\n> vanha\n>\n>> vanhempi\n>>\nloppu"
    )


def test_signed_mails_have_their_text_and_no_attachment() -> None:
    body = (
        "--s\nContent-Type: text/plain\n\nHei\n--s\nContent-Type: application/pkcs7-signature; name=smime.p7s\n"
        "Content-Disposition: attachment\n\nx\n--s--"
    )
    found = read_mail(mail("Content-Type: multipart/signed; protocol=p; boundary=s", body))
    assert (found.text, found.attachments, found.media_type) == ("Hei", 0, "multipart/signed")


def test_archives_and_mails_inside_are_counted_and_not_opened() -> None:
    body = (
        "--m\nContent-Type: text/plain\n\nHei\n--m\nContent-Type: application/zip; name=a.zip\n\nPK\n"
        "--m\nContent-Type: message/rfc822\n\nContent-Type: text/plain\n\nsisällä\n"
        "--m\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nliite\n--m--"
    )
    found = read_mail(mail("Content-Type: multipart/mixed; boundary=m", body))
    assert (found.text, found.attachments) == ("Hei", 3)
    assert found.part_types == ("text/plain", "application/zip", "message/rfc822", "text/plain")


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("Matti Aalto <Matti.Aalto@Example.com>", "matti.aalto@example.com", "Matti Aalto"),
        ("=?iso-8859-1?q?Meik=E4l=E4inen=2C_Matti?= <m@example.com>", "m@example.com", "Meikäläinen, Matti"),
        ('"Aalto, Matti" <m@example.com>', "m@example.com", "Aalto, Matti"),
        ("m@example.com (Matti)", "m@example.com", ""),
        ("Matti\n <m@example.com>", "m@example.com", "Matti"),
        ("m@example.com <m@example.com>", "m@example.com", ""),
        ('"m@example.org" <m@example.com>', "m@example.com", "m@example.org"),
        ("=?utf-8?q?evil=40example=2Eorg?= <m@example.com>", "m@example.com", "evil@example.org"),
        ("m@xn--hyv-slad.example.com", "m@xn--hyv-slad.example.com", ""),
    ],
)
def test_the_one_who_wrote(value: str, address: str, name: str) -> None:
    assert from_header(value) == (address, name)


@pytest.mark.parametrize(
    "value",
    [
        "a@example.com, b@example.com",
        "a@example.com\n b@example.com",
        "<a@example.com> <b@example.com>",
        "Group: a@example.com, b@example.com;",
        "undisclosed-recipients:;",
        "",
        "Matti",
        "@example.com",
        "matti@",
        "a@b@example.com",
        '"a@example.com',
        "=?utf-8?q?a=40example.com?=",
        "mätti@example.com",
        "(" * 900,
        "a" * 2_000 + "@example.com",
        "\x00@example.com",
        "[",
        "=?utf-8?b?TWF0dGkNCkJjYzogeEBleGFtcGxlLmNvbQ==?= <m@example.com>",
        "a@example.com <b@example.com>",
        "<a@example.com\n\tb@example.com>",
        "a@[127.0.0.1]",
    ],
)
def test_no_address_where_there_is_none_or_not_exactly_one(value: str) -> None:
    assert from_header(value)[0] == ""


def test_two_from_headers_name_nobody() -> None:
    assert read_mail(b"From: a@example.com\nFrom: b@example.com\n\nx").from_address == ""


def test_a_content_type_is_read_as_far_as_programs_write_it() -> None:
    near, far = ("text/plain; " + "a=b; " * count + "charset=utf-8" for count in (50, 300))
    assert read_mail(mail(f"Content-Type: {near}", "x")).media_parameters["charset"] == "utf-8"
    assert "charset" not in read_mail(mail(f"Content-Type: {far}", "x")).media_parameters


def test_encoded_words_are_decoded_in_as_many_headers_as_mails_have() -> None:
    found = read_mail("".join(f"X-{number}: =?utf-8?q?=C3=A4?=\n" for number in range(50)).encode())
    assert found.headers["x-0"] == ("ä",)
    assert found.headers["x-49"] == ("=?utf-8?q?=C3=A4?=",)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"=?utf-8?q?Hyv=C3=A4?= =?utf-8?q?_p=C3=A4iv=C3=A4?=", "Hyvä päivä"),
        (b"=?utf-8?q?Hyv=C3?= =?utf-8?q?=A4?=", None),
        (b"=?unicode_escape?q?=5Cud800?=", None),
        (b"=?zlib?b?eJw=?= hei", None),
        (b"=?utf-8?b?!!!?= hei", None),
        (b"=?utf-8?x?abc?= hei", None),
        ("Hyvä".encode(), "Hyvä"),
        (b"Hyv\xe4", "Hyvä"),
        (b"a\x00b\r\n\tc", "a b c"),
        (b"x" * 5_000, "x" * 2_000),
    ],
)
def test_subjects_with_junk(written: bytes, shown: str | None) -> None:
    subject = read_mail(b"Subject: " + written + b"\n\nx").subject
    assert subject.encode("utf-8")
    assert "\n" not in subject
    assert shown is None or subject == shown


@pytest.mark.parametrize(
    "value",
    [
        *("", ";", "text", "text/", "/plain", "multipart/mixed", "multipart/mixed; boundary=x", "text/plain; =;=;"),
        *('multipart/mixed; boundary=""', "multipart/mixed; boundary*0=a; boundary*2=b", 'text/plain; charset="'),
        *("text/plain; charset*=x''%FF", "text/plain; a*0*=b; a*b*=c", "multipart/mixed; boundary=\u00e4"),
    ],
)
def test_a_content_type_with_defects_is_read_as_text(value: str) -> None:
    found = read_mail(mail(f"Content-Type: {value}", "Hei"))
    assert found.text == "Hei"


def test_the_method_of_a_calendar_part_is_told() -> None:
    body = "--c\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n--c--"
    assert read_mail(mail("Content-Type: multipart/mixed; boundary=c", body)).calendar_method == "reply"


def test_delimiters_are_whole_lines_and_the_mail_may_end_too_early() -> None:
    body = "alku\n--b\n\n--bc\nyksi\n --b\n--b-x\n--b \nContent-Type: text/plain\n\nkaksi"
    found = read_mail(mail("Content-Type: multipart/mixed; boundary=b", body))
    assert found.text == "--bc\nyksi\n --b\n--b-x\n\nkaksi"
