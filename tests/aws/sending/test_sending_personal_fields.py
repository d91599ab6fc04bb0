"""Personal fields of a campaign: one batch, and each reader's own mail."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, subscriber_id
from tests.support.stack.cloud import PEPPER, Cloud

NOW = datetime.now(UTC).replace(microsecond=0)


def test_readers_of_one_variant_get_their_own_names_and_the_nameless_the_fallback(cloud: Cloud) -> None:
    for email, name in (("maija@example.com", "Maija <b> {{click}}"), ("x@example.com", "")):
        reader = subscriber_id(PEPPER.encode(), email)
        sign_up = SignUp(reader, email, Choices(language="fi", name=name), "2026-11", "", "", NOW, "nonce")
        assert app.subscribers.activate(sign_up, NOW)
    body = "Kirjoitamme osoitteeseen {{ email | osoitteesi }}.\n\n**{{ name | Hyvä & kaunis }}**"
    start_campaign(Campaign("kevat", "{{ first_name | Sinä }}, tervetuloa", body, "fi"), app, now=NOW)
    cloud.drain()
    mails = {mail.to[0]: mail for mail in cloud.mails()}
    assert {to: mail.subject for to, mail in mails.items()} == {
        "maija@example.com": "Maija, tervetuloa",
        "x@example.com": "Sinä, tervetuloa",
    }
    own, nameless = mails["maija@example.com"], mails["x@example.com"]
    assert "<strong>Maija &lt;b&gt; &#123;&#123;click&#125;&#125;</strong>" in str(own.html)
    assert "Maija <b> {{click}}" in str(own.text)
    assert "osoitteeseen maija@example.com." in str(own.text)
    assert "<strong>Hyvä &amp; kaunis</strong>" in str(nameless.html)
    assert "osoitteeseen x@example.com." in str(nameless.html)
    assert "Sinä, tervetuloa</h1>" in str(nameless.html)
