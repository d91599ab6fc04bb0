"""`newsletter doctor` looks at what receiving answers needs: MX record, region, rule set, rule and identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cli.doctor.finding import State
from tests.support.doctor.deployed_ses import NAME
from tests.support.doctor.doctored_account import Account, doctored_account
from tests.support.mailings.templates import REPLY_DOMAIN
from tests.support.stack.cloud import Cloud

SERVER = "inbound-smtp.eu-north-1.amazonaws.com"


@pytest.fixture
def account(receiving: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """One that receives answers, and is healthy."""
    with doctored_account(receiving, monkeypatch) as found:
        yield found


def look(account: Account) -> tuple[State, str, str]:
    found = account.look("replies")["replies"]
    return found.state, found.message, found.mend


def test_an_account_that_receives_is_fine_in_every_line(account: Account) -> None:
    found = account.look()
    assert {key: each.message for key, each in found.items() if each.state is not State.FINE} == {}
    assert found["replies"].message == f"SES receives for {REPLY_DOMAIN}"
    assert "9 readers of queues" in found["queue_readers"].message
    account.stack.mappings = dict.fromkeys(account.stack.mappings, "Disabled")
    assert "FeedbackReplies is Disabled" in account.look("queue_readers")["queue_readers"].message


def test_without_replies_there_is_nothing_to_look_at(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with doctored_account(cloud, monkeypatch) as account:
        assert look(account) == (State.FINE, "none are received: they go to sender.reply_to", "")
        assert ("ses", "DescribeActiveReceiptRuleSet") not in account.stack.asked


@pytest.mark.parametrize("texts", [[], [f"10 {SERVER}.", "20 mail.example."], ["10 mail.example."]])
def test_the_domains_mail_goes_to_ses_alone(account: Account, texts: list[str]) -> None:
    account.records[REPLY_DOMAIN, "MX"] = texts
    state, message, mend = look(account)
    assert (state, "SES wants its own alone" in message) == (State.FAULT, True)
    assert mend == f"{REPLY_DOMAIN}. 3600 IN MX 10 {SERVER}."


def test_a_region_without_a_server_receives_nothing(account: Account) -> None:
    del account.records[SERVER, "A"]
    state, message, _ = look(account)
    assert (state, "SES receives no mail in eu-north-1" in message) == (State.FAULT, True)


def test_another_rule_set_is_named_and_left_and_none_is_activated(account: Account) -> None:
    account.stack.rule_set = {"Metadata": {"Name": "company-mail"}, "Rules": []}
    state, message, mend = look(account)
    assert (state, "SES receives by the rule set company-mail" in message) == (State.FAULT, True)
    assert mend.startswith('set ReceiptRuleSet = "company-mail" in deploy.<stage>.toml, then make deploy')
    account.stack.rule_set = {}
    state, message, mend = look(account)
    assert (state, "no receipt rule set is active" in message) == (State.FAULT, True)
    assert mend == f"aws ses set-active-receipt-rule-set --rule-set-name {NAME}-replies"


@pytest.mark.parametrize("change", [None, {"Enabled": False}, {"Recipients": []}])
def test_our_rule_is_in_the_set_switched_on_and_for_the_domain(account: Account, change: dict[str, Any] | None) -> None:
    if change is None:
        account.stack.rule_set["Rules"] = []
    else:
        account.stack.rule_set["Rules"][0].update(change)
    state, message, mend = look(account)
    assert (state, f"the receipt rule {NAME}-replies" in message, mend) == (State.FAULT, True, "make deploy")


def test_a_domain_below_a_verified_one_is_verified_and_another_is_not(account: Account) -> None:
    assert account.stack.identity is not None
    account.stack.identity["VerifiedForSendingStatus"] = False
    state, message, mend = look(account)
    assert (state, "SES has verified neither" in message) == (State.FAULT, True)
    assert mend == f"aws sesv2 create-email-identity --email-identity {REPLY_DOMAIN}"


def test_a_stack_without_the_domain_is_told_from_the_publication(account: Account) -> None:
    account.stack.parameters["ReplyDomain"] = ""
    state, message, mend = look(account)
    assert (state, "the stack receives nothing" in message) == (State.FAULT, True)
    assert f'set ReplyDomain = "{REPLY_DOMAIN}"' in mend
    assert "replies.domain of publication.toml means" in account.look("publication")["publication"].message


def test_what_may_not_be_asked_is_unknown_and_names_the_right(account: Account) -> None:
    account.stack.denied = {"DescribeActiveReceiptRuleSet"}
    state, _, mend = look(account)
    assert (state, "ses:DescribeActiveReceiptRuleSet" in mend) == (State.UNKNOWN, True)
