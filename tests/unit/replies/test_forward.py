"""What goes on to the mailbox is what came, under our own headers; what SES would refuse is written anew."""

from __future__ import annotations

import email
from dataclasses import replace
from email import policy
from email.message import EmailMessage

import pytest

from newsletter.replies.forwarding.forward import LONGEST_LINE, Frame, forwarded, text_only
from newsletter.replies.parsing.read_mail import read_mail

FRAME = Frame("Tiedote", "tiedote@example.org", "vastaukset@example.org", "vastaa.example.org")
NESTED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
NOTED = Frame("Tiedote", "tiedote@example.org", "vastaukset@example.org", "vastaa.example.org", ("Huomaa: ä.",))


def written(text: str = "Hei! Sopisiko ensi tiistai? 🙂 Terveisin Äijö\n", **headers: str) -> EmailMessage:
    """A mail as a program writes it."""
    mail = EmailMessage(policy.SMTP)
    mail["From"] = headers.pop("From", "Maija Äijö <maija@example.com>")
    mail["To"] = "reply.abc@vastaa.example.org"
    mail["Subject"] = headers.pop("Subject", "VS: Näy ja kuulu 🙂")
    mail["Message-ID"] = "<own@example.com>"
    mail["In-Reply-To"] = "<0102-mail@eu-north-1.amazonses.com>"
    mail["References"] = "<first@example.com> <0102-mail@eu-north-1.amazonses.com>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def sent(raw: bytes, frame: Frame = FRAME) -> EmailMessage:
    """What goes on, as a mail program reads it."""
    data = forwarded(raw, read_mail(raw), frame)
    assert data.isascii()
    assert all(len(line) <= LONGEST_LINE for line in data.split(b"\r\n"))
    return email.message_from_bytes(data, policy=policy.default)


def test_it_is_from_us_and_an_answer_to_it_goes_to_the_reader() -> None:
    mail = sent(written().as_bytes())
    assert mail["From"].addresses[0].addr_spec == "tiedote@example.org"
    assert "Maija Äijö" in mail["From"].addresses[0].display_name
    assert mail["To"].addresses[0].addr_spec == "vastaukset@example.org"
    assert mail["Reply-To"].addresses[0].addr_spec == "maija@example.com"
    assert mail["Subject"] == "VS: Näy ja kuulu 🙂"
    assert mail["X-Loop"] == "vastaa.example.org"
    assert mail["In-Reply-To"] == "<0102-mail@eu-north-1.amazonses.com>"
    assert mail["References"].split() == [
        "<first@example.com>", "<0102-mail@eu-north-1.amazonses.com>", "<own@example.com>"
    ]  # fmt: skip


def test_ids_of_the_thread_are_written_as_they_are_however_long() -> None:
    long = f"<{'0110' * 19}-000000@eu-north-1.amazonses.com>"
    raw = written().as_bytes()
    for short in (b"<0102-mail@eu-north-1.amazonses.com>", b"<own@example.com>"):
        raw = raw.replace(short, long.encode().replace(b"0110", short[1:5]))
    raw = raw.replace(b"References: ", "References: <ä@example.com> ".encode())
    answered, own = long.replace("0110", "0102"), long.replace("0110", "own@")
    mail = read_mail(raw)
    for data in (forwarded(raw, mail, FRAME), forwarded(raw, mail, NOTED), text_only(mail, NOTED)):
        assert f"In-Reply-To: {answered}\r\n".encode() in data
        assert f"References: <first@example.com>\r\n {answered}\r\n {own}\r\n".encode() in data


def test_text_pictures_and_files_are_as_they_were() -> None:
    mail = written()
    mail.add_attachment(b"\x00\x01 zip", maintype="application", subtype="zip", filename="Liitteet ä.zip")
    for frame in (FRAME, NOTED):
        found = sent(mail.as_bytes(), frame)
        body = found.get_body(("plain",))
        files = [part for part in found.walk() if part.get_filename()]
        assert [part.get_filename() for part in files] == ["Liitteet ä.zip"]
        assert files[0].get_payload(decode=True) == b"\x00\x01 zip"
        assert body is not None
        texts = [part.get_content() for part in found.walk() if part.get_content_type() == "text/plain"]
        assert "Sopisiko ensi tiistai? 🙂 Terveisin Äijö" in "".join(texts)
        assert ("Huomaa: ä." in "".join(texts)) == bool(frame.notes)


def test_of_two_content_types_the_one_that_was_judged_goes_on() -> None:
    raw = b"From: m@example.com\r\nContent-Type: text/html\r\nContent-Type: text/plain\r\n\r\nHei <b>vaan</b>"
    assert read_mail(raw).text == "Hei vaan"
    assert sent(raw).get_content_type() == "text/html"


def test_a_signed_mail_is_carried_byte_for_byte() -> None:
    body = (
        b'--x\r\nContent-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        b"Terveisin =C3=84ij=C3=B6 =20\r\n\r\n--x\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n\r\n--x--\r\n"
    )
    kind = b'Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n micalg=sha-256; boundary=x\r\n'
    raw = b"From: maija@example.com\r\nSubject: Re: x\r\nMIME-Version: 1.0\r\n" + kind + b"\r\n" + body
    data = forwarded(raw, read_mail(raw), FRAME)
    assert data.endswith(kind + b"\r\n" + body)


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_eight_bit_text_travels_in_base64(charset: str) -> None:
    head = f"From: maija@example.com\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n"
    raw = head.encode() + b"Content-Transfer-Encoding: 8bit\n\n" + "Äiti söi.\n".encode(charset)
    for frame in (FRAME, NOTED):
        found = sent(raw, frame)
        texts = [part.get_content() for part in found.walk() if part.get_content_type() == "text/plain"]
        assert any("Äiti söi." in text for text in texts)


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_names_of_files_in_eight_bits_go_on_with_their_files(charset: str) -> None:
    raw = (
        "From: m@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHei\r\n"
        '--b\r\nContent-Type: application/pdf; name="päätös 1.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        'Content-Disposition: attachment; filename="päätös 1.pdf"\r\n\r\nJVBERg==\r\n'
        "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Äiti\r\n\r\nSisältö\r\n--b--\r\n"
    ).encode(charset)
    for frame in (FRAME, NOTED):
        found = sent(raw, frame)
        file, inner = list(found.walk())[-3:-1]
        assert (file.get_filename(), file.get_content()) == ("päätös 1.pdf", b"%PDF")
        assert inner.get_content()["Subject"] == "Äiti"


def test_lines_that_are_too_long_for_ses_are_written_anew() -> None:
    raw = b"From: maija@example.com\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 5000 + b"\r\n"
    assert "x" * 5000 in sent(raw).get_content()


@pytest.mark.parametrize(
    "broken",
    [
        b"From: a@example.com\r\nContent-Type: multipart/mixed\r\n\r\n\xff\xfe",
        b"From: a@example.com\r\nContent-Type: multipart/mixed; boundary=\xe4\r\n\r\n\xff",
        b"\xff\xfe\x00",
        b"",
        b"Content-Type: text/plain; charset=nonsense\r\nContent-Transfer-Encoding: nonsense\r\n\r\n\xff",
        NESTED + (b"--x\r\n" + NESTED) * 3000 + b"\xe4",
    ],
)
def test_what_cannot_be_read_still_goes_on(broken: bytes) -> None:
    for frame in (FRAME, NOTED):
        assert sent(broken, frame)["X-Loop"] == "vastaa.example.org"


@pytest.mark.parametrize(
    "written_in",
    [
        "Maija\r\nBcc: all@example.com <maija@example.com>",
        "=?utf-8?q?M=0D=0ABcc:_all@example.com?= <maija@example.com>",
    ],
)
def test_nobody_adds_a_header_or_a_recipient(written_in: str) -> None:
    raw = f"From: {written_in}\r\nSubject: =?utf-8?q?x=0D=0ABcc:_all@example.com?=\r\n\r\nHei\r\n".encode()
    found = sent(raw)
    assert found["Bcc"] is None
    assert [each.addr_spec for each in found["To"].addresses] == ["vastaukset@example.org"]


def test_of_a_mail_that_is_too_large_its_text_goes_on_below_the_notes() -> None:
    mail = written()
    mail.add_attachment(b"x", maintype="application", subtype="zip", filename="x.zip")
    found = email.message_from_bytes(text_only(read_mail(mail.as_bytes()), NOTED), policy=policy.default)
    assert found.get_content().replace("\r\n", "\n").startswith("Huomaa: ä.\n\nHei! Sopisiko ensi tiistai? 🙂")
    assert [part.get_filename() for part in found.walk() if part.get_filename()] == []


def test_what_is_left_of_a_mail_that_cannot_be_rewritten_says_that_files_are_missing() -> None:
    raw = NESTED + (b"--x\r\n" + NESTED) * 60 + b"\xe4"
    frame = replace(FRAME, lost="Liitteet puuttuvat.")
    assert "Liitteet puuttuvat." in sent(raw, frame).get_content()
    assert "Liitteet puuttuvat." not in sent(written().as_bytes(), frame).get_content()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r\r\n", b"\r"])
def test_whatever_ends_its_lines_the_text_goes_on(end: bytes) -> None:
    raw = end.join([b"From: maija@example.com", b"Subject: x", b"", b"Kiitos!", b"Soita.", b""])
    assert sent(raw).get_content().split() == ["Kiitos!", "Soita."]
