"""What each name of a column is taken for. One table, so that a change of any word shows what else it changes."""

from __future__ import annotations

import pytest

from newsletter.readers.imports.status_names import ColumnKind, is_unrelated, kind_of

TABLE = """
# A word of mail and one of ending: a yes means the opposite of what either says alone.
ask: Uutiskirjeen peruutus, Consent withdrawn, Ei uutiskirjettä, consent_withdrawn_at, consent_revoked_at
ask: marketing_consent_revoked, newsletter_cancelled_at, subscription_ended_at, subscription_end_date
ask: Subscription cancelled, newsletter_disabled, newsletter_inactive, newsletter_off, newsletter_deleted
ask: newsletter_bounced, newsletter_complained, subscriber_deleted, not_subscribed, no_longer_subscribed
ask: non_marketing, gdpr_erased, gdpr_objection, No newsletter, opt_in_declined, subscribed_until, consent expires at
ask: Subscription paused, Former subscriber, Newsletter: stopped, Refused marketing, Opt-in expired, Accepts no email
ask: Tilaus peruttu, Tilaus päättynyt, Tilaus lopetettu, Uutiskirje peruttu, Suostumus peruttu, Uutiskirjeen esto
ask: Ei markkinointia, Kieltänyt markkinoinnin, Tilauksen peruutuspäivä, Lupa peruttu, Tilaus keskeytetty
ask: Samtycke återkallat, Nyhetsbrev avslutat, Nyhetsbrev spärrat, Ej nyhetsbrev, Inget nyhetsbrev
ask: Prenumeration avslutad, Aldrig nyhetsbrev, Samtycke upphör, Nyhetsbrev makulerat, Nekat marknadsföring
ask: Newsletter abbestellt, Kein Newsletter, Newsletter gekündigt, Einwilligung widerrufen, Newsletter gesperrt
ask: not_unsubscribed, Not opted out, Ei poistettu, Do not allow Bulk Emails, no_mail, Never email

# Somebody may have left by it, and nobody can tell how it is meant.
ask: withdrawn_at, revoked_at, deactivated_at, Banned, Stopped, Irtisanottu, Kieltäytynyt, Avböjt, not_active
ask: Abgemeldet am, Abmeldedatum, Widerruf, Gesperrt, Suspended, Terminated, Upphört, Vastustanut

ask: Poistettu listalta, Suoramarkkinointiesto, Sähköpostiesto, Kieltää mainonnan, Asiakkuus päättynyt, Reklamspärr
ask: Avprenumererad, Önskar inga utskick, Makulerad, Mailing exclusion, Kündigungsdatum

# A yes, or a day, is somebody who left.
yes is left: Unsubscribed, opt_out, Email Opt Out, HasOptedOutOfEmail, NewsLetterOptOut, NewsLetterUnsubscribedAt
yes is left: Email & SMS unsubscribed, Unsubscribed from email and push, Email/phone opt-out, Total opt out
yes is left: Unsubscribed (number), Unsubscribed from all email, Opted out of email: Marketing Information
yes is left: No Bulk Emails (User Opt Out), Do not email, doNotContact, donotbulkemail, EMAIL_BLACKLISTED
yes is left: email_disabled, IsEmailBounced, on_hold, is_deceased, Spam, Complained, Archived, Removed
yes is left: Markkinointikielto, Suoramarkkinointikielto, Sähköpostikielto, Ei saa lähettää, Poistunut, Eronnut
yes is left: Lopettanut, Estetty, Avregistrerad, Avanmäld, Spärrad, Blockerad, Får ej kontaktas
filled is left: unsubscribed_at, UNSUB_TIME, UNSUB_REASON_OTHER, CLEAN_TIME, Unsubscribed Time, Opt-Out Datum
yes is left: Suppression, Unsubscription
filled is left: EmailBouncedDate, deleted_at, Poistumispäivä, Peruutuspäivä, Eroamispäivä, complaint_date

# A yes is mail.
yes is mail: Newsletter, NewsLetter, News-letter, news_letter, NEWSLETTER, E-letter, Subscribed, Opt-in, DOUBLE_OPT-IN
yes is mail: GDPR consent, Accepts Email Marketing, subscribed_to_emails, Allow emails, Send emails, Can be contacted
yes is mail: Contactable, Email permission, Newsletter signup, Active, Uutiskirje, Uutiskirjeen tilaaja
yes is mail: Markkinointilupa, Sähköpostimarkkinointi, Suoramarkkinointi, Sähköposti sallittu, Saako lähettää
yes is mail: Lupa lähettää, Suostumus, Direktmarknadsföring, Utskick, Reklam, Samtycke, Prenumererar
yes is mail: Hyväksyn markkinoinnin, Lupa voimassa, E-post tillåten, Godkänner utskick, mktg_optin, IsSubscribed
yes is mail: Får skicka nyhetsbrev, Newsletter-Einwilligung

# Words of a status alone.
words: Email preference, Contact preference, Email frequency, Email validity, Frequency of mail
words: Status, State, Tila, Member status, Newsletter status, subscriber_type, Tilauksen tila, Läge, Cancel date

# Nothing of mail, whatever is in it.
harmless: Name, First name, Last Name, Company, City, Phone, Mobile, Language, Notes, Country, Job title, Tags, Labels
harmless: Etunimi, Sukunimi, Yritys, Kaupunki, Puhelin, Kieli, Muistiinpanot, Postinumero, Asiakasnumero, Katuosoite
harmless: Förnamn, Företag, Ort, Telefon, Customer no, Website, LinkedIn URL, TIMEZONE, MEMBER_RATING, DSTOFF
harmless: Email opens count, Bounced Count, SMS subscriber status, SMSOptOut, Do Not Phone, DoNotCall, WhatsApp consent
harmless: Home State, Mailing address, active_subscription, subscriber_id, Signup source

# Nothing of mail where only days are in it.
day: created_at, Updated, Last login, last_seen_at, Birthday, Date of birth, Registered, Timestamp, LAST_CHANGED
day: Luotu, Muokattu, Syntymäaika, Liittynyt, Aikaleima, Skapad, Född, Senast öppnad, Last order date, OPTIN_TIME
day: consent_date, Opt-in date, Subscription date, confirmed_on

# Nothing in the name: the cells decide.
cells: Nixad, Verstorben, Restricted, Kontaktas
cells: VIP, Customer, Event, Ryhmä, Segment, Contract end, Tackat nej, Peruskoulu, Kielitaito, date
"""
NAMES = [
    (verdict, name.strip())
    for verdict, names in (line.split(": ", 1) for line in TABLE.splitlines() if line and not line.startswith("#"))
    for name in names.split(",")
]


@pytest.mark.parametrize(("verdict", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_name_is_taken_for_what_the_table_says(verdict: str, name: str) -> None:
    found = kind_of(name)

    if verdict in ("harmless", "day", "cells"):
        assert found is None
        assert is_unrelated(name, (), days=True) is (verdict != "cells")
        assert verdict == "day" or is_unrelated(name, (), days=False) is (verdict == "harmless")
    else:
        assert found is ColumnKind(verdict)


@pytest.mark.parametrize(
    ("mail", "ending"),
    [
        (mail, ending)
        for mail in ("newsletter", "consent", "subscription", "uutiskirje", "tilaus", "nyhetsbrev", "samtycke")
        for ending in ("withdrawn", "cancelled", "ended", "no", "peruttu", "päättynyt", "ei", "avslutat", "ej", "off")
    ],
)
def test_no_word_of_ending_beside_one_of_mail_is_ever_read_as_a_yes_to_mail(mail: str, ending: str) -> None:
    written = (f"{mail} {ending}", f"{ending}_{mail}", f"{mail.title()}{ending.title()}", f"{mail}-{ending}-at")

    assert {kind_of(name) for name in written} <= {ColumnKind.ASK, ColumnKind.YES_IS_LEFT, ColumnKind.FILLED_IS_LEFT}
