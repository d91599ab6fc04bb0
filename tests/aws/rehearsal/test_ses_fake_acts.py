"""What can happen to a mail that arrived, and what the suppression list makes of it."""

from __future__ import annotations

import pytest

from rehearsal.ses import ConfigurationSet
from tests.support.ses import ses_account
from tests.support.ses.ses_account import START, SesAccount

account = ses_account.account
running = ses_account.running


# The suppression list


def test_mail_to_a_bounced_address_is_accepted_and_bounces_on_the_account_list(account: SesAccount) -> None:
    account.client.put_suppressed_destination(EmailAddress="Aino@lukija.example", Reason="BOUNCE")
    account.send_tracked("aino@LUKIJA.example", "eero@lukija.example")
    assert account.happened() == ["Send", "Bounce", "Delivery"]
    bounce = account.published[1][1]["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Permanent", "OnAccountSuppressionList")
    assert [recipient["emailAddress"] for recipient in bounce["bouncedRecipients"]] == ["aino@LUKIJA.example"]
    assert account.published[2][1]["delivery"]["recipients"] == ["eero@lukija.example"]


def test_mail_to_a_complainer_is_accepted_and_complains_on_the_account_list(account: SesAccount) -> None:
    account.client.put_suppressed_destination(EmailAddress="aino@lukija.example", Reason="COMPLAINT")
    account.send_tracked("aino@lukija.example")
    complaint = account.last()["complaint"]
    assert account.happened() == ["Send", "Complaint"]
    assert complaint["complaintSubType"] == "OnAccountSuppressionList"
    assert complaint["complainedRecipients"] == [{"emailAddress": "aino@lukija.example"}]
    assert account.mails() == ()


@pytest.mark.parametrize(("what", "reason"), [("bounce", "BOUNCE"), ("complain", "COMPLAINT")])
def test_a_hard_bounce_or_complaint_puts_the_address_on_the_list(account: SesAccount, what: str, reason: str) -> None:
    mail_id = account.send_tracked("Aino <aino@lukija.example>")
    account.ses.act(mail_id, what)
    entry = account.client.get_suppressed_destination(EmailAddress="aino@lukija.example")["SuppressedDestination"]
    feedback = account.last()[{"bounce": "bounce", "complain": "complaint"}[what]]["feedbackId"]
    assert (entry["Reason"], entry["LastUpdateTime"]) == (reason, START)
    assert entry["Attributes"] == {"MessageId": mail_id, "FeedbackId": feedback}
    account.send_tracked("aino@lukija.example")
    assert account.happened()[-2] == "Send"
    assert account.happened()[-1] != "Delivery"


@pytest.mark.parametrize("what", ["soft-bounce", "auto-reply", "delay", "open", "click", "deliver"])
def test_nothing_else_puts_an_address_on_the_list(account: SesAccount, what: str) -> None:
    account.ses.act(account.send_tracked("aino@lukija.example"), what)
    assert account.suppressed() == {}


# What a test or the demo lets happen


def test_every_act_publishes_its_event(account: SesAccount) -> None:
    mail_id = account.send_tracked("aino@lukija.example")
    for what in ("delay", "deliver", "open", "click", "soft-bounce", "auto-reply", "bounce", "complain"):
        account.ses.act(mail_id, what)
    expected = ["Send", "Delivery", "DeliveryDelay", "Delivery", "Open", "Click", *["Bounce"] * 3, "Complaint"]
    assert account.happened() == expected
    assert account.mail().events == expected


def test_a_click_is_on_the_first_link_of_the_mail(account: SesAccount) -> None:
    account.ses.act(account.send_tracked("aino@lukija.example"), "click")
    click = account.last()["click"]
    assert click["link"] == "https://www.sanaharju.example/a?x=1&y=2"
    assert set(click) == {"ipAddress", "timestamp", "userAgent", "link", "linkTags", "isBotEvent"}


def test_an_open_has_the_fields_of_ses(account: SesAccount) -> None:
    account.ses.act(account.send_tracked("aino@lukija.example"), "open")
    assert set(account.last()["open"]) == {"ipAddress", "timestamp", "userAgent", "isBotEvent"}


def test_a_delay_says_how_long_ses_goes_on_trying(account: SesAccount) -> None:
    account.ses.act(account.send_tracked("aino@lukija.example"), "delay")
    delay = account.last()["deliveryDelay"]
    assert (delay["delayType"], delay["expirationTime"]) == (
        "TransientCommunicationFailure",
        "2026-11-24T22:00:00.000Z",
    )
    assert delay["delayedRecipients"][0]["emailAddress"] == "aino@lukija.example"


def test_a_soft_bounce_is_transient(account: SesAccount) -> None:
    account.ses.act(account.send_tracked("aino@lukija.example"), "soft-bounce")
    assert (account.last()["bounce"]["bounceType"], account.last()["bounce"]["bounceSubType"]) == (
        "Transient",
        "MailboxFull",
    )


def test_a_configuration_set_decides_what_the_list_means_for_its_mails(account: SesAccount) -> None:
    sets = {"mail": ("BOUNCE", "COMPLAINT"), "bounces": ("BOUNCE",), "none": ()}
    account.open(configuration_sets={name: ConfigurationSet((), frozenset(reasons)) for name, reasons in sets.items()})
    for address, reason in (("b@lukija.example", "BOUNCE"), ("c@lukija.example", "COMPLAINT")):
        account.client.put_suppressed_destination(EmailAddress=address, Reason=reason)
    reached = {}
    for name in sets:
        account.ses.mailbox.clear()
        account.send_tracked("b@lukija.example", "c@lukija.example", ConfigurationSetName=name)
        reached[name] = [text for mail in account.mails() for text in mail.recipients]
    assert reached == {"mail": [], "bounces": ["c@lukija.example"], "none": ["b@lukija.example", "c@lukija.example"]}
    account.ses.act(account.send_tracked("uusi@lukija.example", ConfigurationSetName="bounces"), "complain")
    account.ses.act(account.send_tracked("uusi@lukija.example", ConfigurationSetName="none"), "bounce")
    assert "uusi@lukija.example" not in account.suppressed()


def test_whoever_is_away_gets_the_mail_and_ses_calls_the_answer_a_bounce_without_a_status(account: SesAccount) -> None:
    account.ses.set_away("Aino@Lukija.example")
    account.send_tracked("aino@lukija.example", "hei@lukija.example")
    assert account.happened() == ["Send", "Delivery", "Bounce"]
    bounce = account.last()["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Transient", "General")
    assert bounce["bouncedRecipients"] == [{"emailAddress": "aino@lukija.example"}]
    assert "reportingMTA" not in bounce
    account.ses.set_away("aino@lukija.example", away=False)
    account.send_tracked("aino@lukija.example")
    assert account.happened()[3:] == ["Send", "Delivery"]


def test_a_complaint_is_abuse(account: SesAccount) -> None:
    account.ses.act(account.send_tracked("aino@lukija.example"), "complain")
    complaint = account.last()["complaint"]
    assert (complaint["complaintFeedbackType"], complaint["complaintSubType"]) == ("abuse", None)


@pytest.mark.parametrize("off", ["Open", "Click"])
def test_untracked_opens_and_clicks_publish_nothing(account: SesAccount, off: str) -> None:
    tracking = {"Tracking": {f"{off}TrackingEnabled": "DISABLED"}}
    mail_id = account.send_tracked("aino@lukija.example", ConfigurationOverrides=tracking)
    account.ses.act(mail_id, "open")
    account.ses.act(mail_id, "click")
    assert account.happened()[2:] == [name for name in ("Open", "Click") if name != off]


def test_an_unknown_act_mail_or_link_is_a_clear_error(account: SesAccount) -> None:
    mail_id = account.send_tracked("aino@lukija.example")
    with pytest.raises(ValueError, match="'explode' cannot happen to a mail; right would be one of deliver, bounce"):
        account.ses.act(mail_id, "explode")
    with pytest.raises(ValueError, match="no mail with id 'nothing'"):
        account.ses.act("nothing", "open")
    simple = {"Subject": {"Data": "S"}, "Body": {"Text": {"Data": "no link"}}}
    with pytest.raises(ValueError, match="no link to click"):
        account.ses.act(account.send_tracked("aino@lukija.example", Content={"Simple": simple}), "click")
