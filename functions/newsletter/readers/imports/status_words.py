"""The words that newsletter systems and people write for whether a reader may still be mailed.

Those of Mailchimp, Kit, Ghost, Buttondown, Substack, beehiiv, listmonk, Keila, Mautic, Mailtrain, MailerLite, Brevo,
ActiveCampaign, HubSpot, Klaviyo, Campaign Monitor, Moosend, Shopify and Wix, as their documentation or their own code
has them, and those that Finnish, Swedish and German lists use.
"""

from __future__ import annotations

import re

from newsletter.platform.text import composed
from newsletter.readers.imports.listed_status import ListedStatus, strictest

_WORDS = {
    ListedStatus.ACTIVE: """active, subscribed, subscriber, enabled, confirmed, regular, premium, gifted, trialed,
        churning, unpaid, past due, free, paid, comped, opted in, opt in, double opt in, single opt in,
        marketing contact, active patron, aktiivinen, tilaaja, tilannut, tilattu, voimassa, voimassaoleva,
        vahvistettu, vahvistanut, aktiv, prenumerant, prenumererar, bekräftad, angemeldet, abonniert""",
    ListedStatus.PENDING: """pending, unconfirmed, not confirmed, unactivated, unverified, validating, needs attention,
        needs approval, awaiting confirmation, waiting, nonsubscribed, non subscribed, never subscribed, not subscribed,
        transactional, non marketing contact, unset, double opt in pending, no consent, odottaa, odottaa vahvistusta,
        vahvistamatta, unbestätigt,
        vahvistamaton, ei vahvistettu, ei vahvistanut, väntar, väntande, obekräftad, ej bekräftad""",
    ListedStatus.UNSUBSCRIBED: """unsubscribed, unsubscribe, unsub, globally unsubscribed, opted out, opt out, optout,
        inactive, disabled, cancelled, canceled, churned, left, removed, deleted, archived, suppressed, blocked,
        blocklisted, blacklisted, denylisted, banned, do not contact, do not mail, do not email, dnc, spammy,
        perunut, peruttu, peruutettu, peruuttanut, perunut tilauksen, tilaus peruttu, poistunut, poistettu, eronnut,
        lopettanut, lopetettu, päättynyt, estetty, estänyt, kielletty, kieltänyt, ei tilaa, ei tilaaja, ei aktiivinen,
        epäaktiivinen, passiivinen, ei saa lähettää, markkinointikielto, avregistrerad, avprenumererad, avanmäld,
        avslutad, avslutat, uppsagd, blockerad, spärrad, borttagen, inaktiv, ej aktiv, raderad, abgemeldet, abbestellt,
        ausgetragen, gesperrt, gelöscht, gekündigt, unsubscribes, unsubscribers, opt outs, optouts, blocklist,
        blacklist, suppression list, no contact, no email, no emails, no mail, poistetut, poistuneet, peruneet,
        peruuttaneet, eronneet, estetyt, kieltäneet, ei yhteydenottoja, avregistrerade, borttagna, spärrade,
        avslutade""",
    ListedStatus.BOUNCED: """bounced, bounce, hard bounced, hard bounce, hardbounced, cleaned, undeliverable,
        undelivered, unreachable, invalid, invalid email, palautunut, palautuu, ei tavoitettavissa, ei toimitettavissa,
        virheellinen, toimimaton, bounces, palautuneet,
        studsad, studsat, studsar, ogiltig, kan inte nås, unzustellbar""",
    ListedStatus.COMPLAINED: """complained, complaint, spam complaint, abuse, abuse complaint, marked as spam,
        reported spam, spam, junk, valittanut, valitus, roskaposti, ilmoittanut roskapostiksi, klagat, klagomål,
        skräppost, anmält som skräppost""",
    ListedStatus.ERASED: "erased",
}
_STATUSES = {" ".join(word.split()): listed for listed, words in _WORDS.items() for word in words.split(",")}
_COMMON = frozenset(
    {"active", "confirmed", "regular", "premium", "gifted", "unpaid", "free", "paid", "waiting", "left", "invalid"}
    | {"voimassa", "aktiv", "odottaa", "väntar", "virheellinen", "ogiltig", "transactional", "pending", "unset"}
)
"""Words that are frequent in columns about anything else."""
_DISTINCTIVE = frozenset(_STATUSES) - _COMMON
_WORDS_OF_STATUSES = frozenset(part for word in _DISTINCTIVE for part in (*word.split(), word.replace(" ", "")))
"""A cell without any of them has no status: a quick test before the exact one."""
_WORD = re.compile(r"[^\W_]+")
_SUBSCRIBES = re.compile(r"subscri|tilaa|tilannut|prenumer|opted in|opt in")
_BETWEEN = re.compile(r"[,;|/+&•\n\[\](){}\"':]+")
_DAY = re.compile(r"\d{1,4}[-.]\d{1,2}[-.]\d{1,4}")
_JOIN = re.compile(r"(?<=[^\W_])[\s_.\-–]+(?=[^\W_])")
_TRUE = frozenset(
    {"true", "t", "yes", "y", "1", "on", "x", "checked", "kyllä", "k", "joo", "tosi", "ja", "j", "sant"}
) | frozenset({"juu", "wahr", "✓", "✔", "☑"})
_FALSE = frozenset(
    {"false", "f", "no", "n", "0", "off", "unchecked", "ei", "e", "epätosi", "nej", "falskt", "nein", "falsch"}
)
_BLANK = frozenset(
    {"", "null", "none", "nil", "n/a", "na", "-", "–", "—", "[]", "{}", "0000 00 00 00:00:00", "0000 00 00"}
)


def fold(text: str) -> str:
    """The text in small letters, with one blank for blanks and signs between words: `NEVER_SUBSCRIBED`, `doNotContact`.

    A sign at the beginning stays: -1 differs from 1.
    """
    apart = re.sub(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])", " ", composed(text).strip().strip("\"'"))
    return " ".join(_JOIN.sub(" ", apart).split()).casefold()


def status_in(value: str) -> ListedStatus | None:
    """The status that the word means; UNSAID for an empty cell, None for an unknown word."""
    return ListedStatus.UNSAID if blank(value) else _STATUSES.get(fold(value))


def truth_in(value: str) -> bool | None:
    """True for a yes, False for a no, None for any other word."""
    word = fold(value)
    return True if word in _TRUE else False if word in _FALSE else None


def blank(value: str) -> bool:
    """Whether the cell is empty, or has what databases write for that (`null`, `n/a`)."""
    return fold(value) in _BLANK or value.strip() in _BLANK


def parts_of(value: str) -> list[str]:
    """The parts of a list in one cell, such as tags, also in JSON; without a date or a full stop after a word."""
    return [part for part in map(_word_of, _BETWEEN.split(value)) if part]


def _word_of(part: str) -> str:
    word, _, last = (found := part.strip().rstrip(".!").rstrip()).rpartition(" ")
    return word.rstrip() if _DAY.fullmatch(last) else found


def subscribes(value: str) -> bool:
    """Whether the word is about subscribing, and not only a yes to anything."""
    return _SUBSCRIBES.search(fold(value)) is not None


def has_status_word(value: str) -> bool:
    """Whether the cell has a word that is seldom in other columns than one of a status."""
    return strictest_status_word(value) is not None


def strictest_status_word(value: str) -> ListedStatus | None:
    """The strictest status by such words in the cell; None without one."""
    if _WORDS_OF_STATUSES.isdisjoint(_WORD.findall(value.casefold())):
        return None
    found = [_STATUSES[word] for word in map(fold, (value, *parts_of(value))) if word in _DISTINCTIVE]
    return strictest(found) if found else None
