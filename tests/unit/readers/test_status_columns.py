"""Who left, as the exports of other systems and people's own lists say it; and the question where nobody can tell."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from newsletter.platform.errors import UnreadableList
from newsletter.readers.imports.columns import Columns, columns_of
from newsletter.readers.imports.listed_status import ListedStatus, strictest
from newsletter.readers.imports.options import NO_OPTIONS, ImportOptions, options_of
from newsletter.readers.imports.scan import open_file

UNSAID, ACTIVE, PENDING, LEFT = ListedStatus.UNSAID, ListedStatus.ACTIVE, ListedStatus.PENDING, ListedStatus.LEFT
UNSUBSCRIBED, BOUNCED, COMPLAINED = ListedStatus.UNSUBSCRIBED, ListedStatus.BOUNCED, ListedStatus.COMPLAINED

MAILCHIMP = (
    "Email Address,First Name,Last Name,Address,Phone Number,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,{}LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
MAILCHIMP_ROW = (
    '{},Maija,Meri,"Katu 1, Turku",,2,2024-01-01 10:00:00,1.2.3.4,2024-01-01 10:05:00,1.2.3.4,60.1,22.2,2,3,'
    'Europe/Helsinki,FI,15,{}2025-01-01 10:00:00,1,2,,"""vip"""'
)
SYSTEMS = {
    "listmonk": """
        id,uuid,email,name,attributes,status,created_at,updated_at
        1,u,a@x.fi,A,{},enabled,2024-01-01,2024-01-01         active
        2,u,b@x.fi,B,{},blocklisted,2024-01-01,2024-01-01     unsubscribed
        3,u,c@x.fi,C,{},disabled,2024-01-01,2024-01-01        unsubscribed""",
    "listmonk, of one list": """
        email,name,status,subscription_status
        a@x.fi,A,enabled,confirmed                            active
        b@x.fi,B,enabled,unconfirmed                          pending
        c@x.fi,C,enabled,unsubscribed                         unsubscribed""",
    "Ghost": """
        id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
        1,a@x.fi,A,,true,false,,2024-03-01T09:30:00.000Z,,vip,               active
        2,b@x.fi,B,,false,false,,2024-03-01T09:30:00.000Z,,,                 unsubscribed
        3,c@x.fi,C,,true,false,,2024-03-01T09:30:00.000Z,2025-01-01T00:00:00.000Z,,  left""",
    "Buttondown": """
        id,secondary_id,email,notes,subscriber_type,referrer_url,creation_date,subscription_date,unsubscription_date
        1,1,a@x.fi,,regular,,2024-01-01,2024-01-05,           active
        2,2,b@x.fi,,undeliverable,,2024-01-01,,               bounced
        3,3,c@x.fi,,unactivated,,2024-01-01,,                 pending
        4,4,d@x.fi,,spammy,,2024-01-01,,                      unsubscribed
        5,5,e@x.fi,,complained,,2024-01-01,,2024-02-01        complained
        6,6,f@x.fi,,premium,,2024-01-01,2024-01-02,           active""",
    "Buttondown, as its API calls it": """
        email,type,tags
        a@x.fi,regular,                                       active
        b@x.fi,removed,                                       unsubscribed""",
    "Substack": """
        email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
        a@x.fi,false,,,false,2024-01-15T10:00:00.000Z,         unsaid
        b@x.fi,true,2026-12-01T00:00:00.000Z,monthly,true,2024-02-01T10:00:00.000Z,   left""",
    "Kit": """
        first_name,email_address,state,created_at,tags
        A,a@x.fi,active,2025-03-03,creators                    active
        B,b@x.fi,cancelled,2025-03-03,                         unsubscribed
        C,c@x.fi,bounced,2025-03-03,                           bounced
        D,d@x.fi,complained,2025-03-03,                        complained
        E,e@x.fi,inactive,2025-03-03,                          unsubscribed""",
    "MailerLite": """
        Email,Name,Status,Subscribed,Unsubscribed,Last name
        a@x.fi,A,Active,2024-01-01 10:00:00,,Meri              active
        b@x.fi,B,Unsubscribed,2024-01-01 10:00:00,2024-02-01 10:00:00,Meri   unsubscribed
        c@x.fi,C,Junk,2024-01-01 10:00:00,,Meri                complained
        d@x.fi,D,Unconfirmed,,,Meri                            pending
        e@x.fi,E,Bounced,2024-01-01 10:00:00,,Meri             bounced""",
    "beehiiv": """
        Email,Status,Created At,Subscription Tier
        a@x.fi,active,2025-10-10 10:10:10,free                 active
        b@x.fi,inactive,2025-10-10 10:10:10,free               unsubscribed
        c@x.fi,validating,2025-10-10 10:10:10,free             pending
        d@x.fi,invalid,2025-10-10 10:10:10,premium             bounced""",
    "Brevo": """
        CONTACT ID,EMAIL,FIRSTNAME,LASTNAME,SMS,EMAIL_BLACKLISTED,SMS_BLACKLISTED,DOUBLE_OPT-IN
        1,a@x.fi,A,B,,false,true,Yes                           active
        2,b@x.fi,A,B,,true,false,Yes                           left
        3,c@x.fi,A,B,,false,false,No                           pending""",
    "HubSpot": """
        Record ID,First Name,Email,Unsubscribed from all email,Email hard bounce reason,Marketing contact status
        1,A,a@x.fi,,,Marketing contact                         active
        2,B,b@x.fi,true,,Marketing contact                     left
        3,C,c@x.fi,,Mailbox unknown,Marketing contact          bounced
        4,D,d@x.fi,false,,Non-marketing contact                pending""",
    "HubSpot, by internal names": """
        email,hs_email_optout,hs_email_hard_bounce_reason_enum,hs_email_quarantined
        a@x.fi,false,,false                                    unsaid
        b@x.fi,true,,false                                     left
        c@x.fi,,UNKNOWN_USER,                                  bounced
        d@x.fi,,,true                                          bounced""",
    "Mautic": """
        id,firstname,email,doNotContact,dnc_email
        1,A,a@x.fi,0,0                                         unsaid
        2,B,b@x.fi,1,0                                         left
        3,C,c@x.fi,0,3                                         left""",
    "Mailtrain": """
        EMAIL,FIRST_NAME,STATUS
        a@x.fi,A,subscribed                                    active
        b@x.fi,B,blacklisted                                   unsubscribed""",
    "Keila": """
        Email,First name,Last name,Data,Status,External ID
        a@x.fi,A,B,,active,                                    active
        b@x.fi,A,B,,unreachable,                               bounced
        c@x.fi,A,B,,unsubscribed,                              unsubscribed""",
    "Campaign Monitor": """
        Email Address,Name,State,Date Subscribed
        a@x.fi,A,Active,2024-01-01                             active
        b@x.fi,B,Deleted,2024-01-01                            unsubscribed
        c@x.fi,C,Unconfirmed,2024-01-01                        pending""",
    "Klaviyo": """
        Email,First Name,Email Marketing Consent,SMS Marketing Consent
        a@x.fi,A,SUBSCRIBED,UNSUBSCRIBED                       active
        b@x.fi,B,NEVER_SUBSCRIBED,SUBSCRIBED                   pending
        c@x.fi,C,UNSUBSCRIBED,                                 unsubscribed""",
    "Shopify": """
        First Name,Last Name,Email,Accepts Email Marketing,Accepts SMS Marketing,Tags,Total Spent
        A,B,a@x.fi,yes,no,vip,1240.00                          active
        A,B,b@x.fi,no,yes,,0.00                                unsubscribed""",
    "Wix": """
        First Name,Email 1,Email subscriber status,SMS subscriber status
        A,a@x.fi,Subscribed,Never subscribed                   active
        B,b@x.fi,Never subscribed,                             pending
        C,c@x.fi,Unsubscribed,Subscribed                       unsubscribed""",
    "ActiveCampaign": """
        Email,First Name,Status,Bounced Count,Date Unsubscribed
        a@x.fi,A,Active,0,                                     active
        b@x.fi,B,Bounced,3,                                    bounced
        c@x.fi,C,Active,0,2025-02-03                           left""",
    "Moosend": """
        Email,Name,Status
        a@x.fi,A,Subscribed                                    active
        b@x.fi,B,Removed                                       unsubscribed""",
    "a Finnish list": """
        Sähköposti;Nimi;Tilauksen tila
        a@x.fi;A;Aktiivinen                                    active
        b@x.fi;B;Perunut                                       unsubscribed
        c@x.fi;C;Palautunut                                    bounced
        d@x.fi;D;Odottaa vahvistusta                           pending
        e@x.fi;E;                                              unsaid
        f@x.fi;F;EI-AKTIIVINEN                                 unsubscribed""",
    "a Finnish list with noes": """
        Sähköpostiosoite;Markkinointilupa;Suoramarkkinointikielto;Poistumispäivä
        a@x.fi;kyllä;ei;                                       active
        b@x.fi;ei;ei;                                          unsubscribed
        c@x.fi;;ei;                                            pending
        d@x.fi;kyllä;kyllä;                                    left
        e@x.fi;kyllä;ei;24.12.2024                             left""",
    "a Swedish list": """
        E-post;Namn;Prenumerationsstatus;Samtycke
        a@x.fi;A;Aktiv;ja                                      active
        b@x.fi;B;Avregistrerad;ja                              unsubscribed
        c@x.fi;C;Aktiv;nej                                     unsubscribed""",
    "a column of any name with such words": """
        email,Ryhmä
        a@x.fi,tilaaja                                         active
        b@x.fi,eronnut                                         unsubscribed""",
}


def read(path: Path, text: str, options: ImportOptions = NO_OPTIONS) -> tuple[Columns, list[ListedStatus]]:
    path.write_text(text, encoding="utf-8")
    file = open_file(path)
    columns = columns_of(file, options)
    return columns, [columns.row(line).listed for line in file.lines()]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_exports_of_other_systems_say_who_left_and_are_understood(tmp_path: Path, system: str) -> None:
    header, *rows = (line.strip() for line in SYSTEMS[system].strip().splitlines())
    cells, words = zip(*(row.rsplit(None, 1) for row in rows), strict=True)

    _, found = read(tmp_path / "lukijat.csv", "\n".join((header, *cells)))

    assert [listed.value or "unsaid" for listed in found] == list(words)


@pytest.mark.parametrize(
    ("more", "cells", "expected"),
    [
        ("", "", UNSAID),
        ("UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,", "{},,,{},,", LEFT),
        ("CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,", "{},,,", BOUNCED),
    ],
)
def test_each_of_mailchimps_files_is_read_and_its_address_is_no_mail_address(
    tmp_path: Path, more: str, cells: str, expected: ListedStatus
) -> None:
    rows = (
        MAILCHIMP.format(more),
        MAILCHIMP_ROW.format("a@x.fi", cells.format("2025-01-01 10:00:00", "NORMAL")),
        MAILCHIMP_ROW.format("b@x.fi", cells.format("2025-01-01 10:00:00", "NORMAL")),
    )

    columns, found = read(tmp_path / "members_export.csv", "\n".join(rows))

    assert found == [expected] * 2
    assert {"Address", "OPTIN_TIME", "CONFIRM_TIME", "TAGS"} <= set(columns.unused)


@pytest.mark.parametrize(
    ("header", "values", "named"),
    [
        ("Status", ["1", "2"], ["1", "2"]),
        ("Subscribed", ["1", "-1"], ["-1"]),
        ("Tila", ["aktiivinen", "Q"], ["Q"]),
        ("Consent", [f"I agree {number}" for number in range(40)], ["I agree 0"]),
        ("Uutiskirje", ["Viikkokirje", "Kuukausikirje"], ["Viikkokirje"]),
        ("labels", ["vip", "vip, unsubscribed"], ["vip", "vip, unsubscribed"]),
        ("Cancel date", ["2025-01-01", ""], ["2025-01-01"]),
        ("DOUBLE_OPT-IN", ["1", "2"], ["2"]),
        ("Marketing permissions", ["Email", ""], ["Email"]),
        ("State", ["CA", "Unsubscribed"], ["CA"]),
    ],
)
def test_a_column_that_looks_like_a_status_and_is_not_understood_is_asked_about(
    tmp_path: Path, header: str, values: list[str], named: list[str]
) -> None:
    with pytest.raises(UnreadableList) as caught:
        read(tmp_path / "a.csv", table(header, values))

    said = str(caught.value)
    assert f"{header!r}" in said
    assert "Nothing was written" in said
    assert all(f'"{value}"' in said for value in named)
    assert "--status-column" in said
    assert "--ignore-column" in said


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Home State", ["CA", "TX"]),
        ("Company", ["Active Oy", "Left Bank Oy"]),
        ("Notes", [f"unsubscribed from list {number}" for number in range(40)]),
        ("Customer type", ["new", "old"]),
        ("SMS subscriber status", ["Unsubscribed", "1"]),
        ("Status", ["", ""]),
        ("Subscription date", ["2024-01-01", "12.1.2024"]),
        ("confirmed_on", ["2024-01-01", "12.1.2024"]),
        ("Email opens count", ["0", "7"]),
    ],
)
def test_a_column_about_something_else_asks_nothing_and_says_nothing(
    tmp_path: Path, header: str, values: list[str]
) -> None:
    columns, found = read(tmp_path / "a.csv", table(header, values))

    assert set(found) == {UNSAID}
    assert columns.unused == (header,)


def test_the_state_of_a_postal_address_is_no_status(tmp_path: Path) -> None:
    columns, found = read(tmp_path / "a.csv", "email,State,Zip\na@x.fi,CA,1\nb@x.fi,TX,2\n")

    assert found == [UNSAID, UNSAID]
    assert columns.unused == ("State", "Zip")


def test_the_operators_word_on_a_column_decides(tmp_path: Path) -> None:
    text = table("Tila", ["1", "2", "3", "perunut", ""])
    said = options_of((), ("tila",), {LEFT: "2", ACTIVE: "1", PENDING: "3"})

    _, found = read(tmp_path / "a.csv", text, said)
    columns, ignored = read(tmp_path / "a.csv", text, options_of(("TILA",), (), {}))

    assert found == [ACTIVE, LEFT, PENDING, UNSUBSCRIBED, UNSAID]
    assert set(ignored) == {UNSAID}
    assert columns.unused == ("Tila",)


@pytest.mark.parametrize(
    ("ignore", "status", "values", "fault"),
    [
        ((), (), {LEFT: "1"}, "name it with --status-column"),
        ((), ("Tila",), {LEFT: "1", ACTIVE: "1"}, "cannot mean both"),
        ((), ("Tla",), {LEFT: "1"}, "no column 'Tla'; there are: email, Tila"),
        (("Tla",), (), {}, "no column 'Tla'"),
        ((), ("Tila",), {LEFT: "1,2", ACTIVE: "3,9"}, "no row has '9' in Tila"),
        (("email",), (), {}, "has the addresses"),
    ],
)
def test_a_word_that_fits_nothing_in_the_file_is_refused(
    tmp_path: Path, ignore: tuple[str, ...], status: tuple[str, ...], values: Mapping[ListedStatus, str], fault: str
) -> None:
    with pytest.raises(UnreadableList, match=fault):
        read(tmp_path / "a.csv", table("Tila", ["1", "2", "3"]), options_of(ignore, status, values))


def test_of_several_words_on_one_reader_the_strictest_counts() -> None:
    assert strictest([ACTIVE, COMPLAINED, BOUNCED]) is COMPLAINED
    assert strictest([PENDING, ACTIVE]) is PENDING
    assert strictest([BOUNCED, LEFT]) is BOUNCED
    assert strictest([]) is UNSAID
    assert [listed for listed in ListedStatus if listed.left] == [*list(ListedStatus)[3:]]


def table(header: str, values: list[str]) -> str:
    with io.StringIO(newline="") as buffer:
        csv.writer(buffer).writerows([("email", header), *((f"r{n}@x.fi", value) for n, value in enumerate(values))])
        return buffer.getvalue()
