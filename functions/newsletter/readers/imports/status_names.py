"""What the name of a column says of who may be mailed.

A name with a word for mail and one for its end ("Consent withdrawn", "Ei uutiskirjettä") is never interpreted: a yes
there means the opposite of what either word alone would mean. The operator is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.status_words import fold


class ColumnKind(StrEnum):
    """How the cells of a column are read, besides the words that mean the same in every column."""

    WORDS = "words"
    YES_IS_MAIL = "yes is mail"
    YES_IS_LEFT = "yes is left"
    FILLED_IS_LEFT = "filled is left"
    ASK = "ask"
    """Only the operator can tell."""


def _of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:{pattern})" for pattern in patterns))


def _words(*patterns: str) -> re.Pattern[str]:
    """A pattern that finds one of the words anywhere in a name."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


_HUMPS = re.compile(r"(?<=[A-ZÅÄÖ])(?=[A-ZÅÄÖ][a-zåäö])")
_REJOINED = (
    (re.compile(r"\bnews (?=letter)"), "news"),
    (re.compile(r"\be (?=(?:mail|post)\w*)"), "e"),
    (re.compile(r"\b(opt(?:ed)?)(?=(?:in|out)\b)"), r"\1 "),
    (re.compile(r"\buutis (?=kirje)"), "uutis"),
    (re.compile(r"\bwhats (?=app\b)"), "whats"),
    (re.compile(r"\bnyhets (?=brev)"), "nyhets"),
)
_LEAVING = (
    r"unsub\w*|left|opt(?:ed)? out|remov\w*|delet\w*|block(?:ed|list\w*)?|black ?list\w*|suppress\w*|archived"
    r"|exclud\w*|peru(?!s)\w*|poist\w*|eronnut|ero|päätty\w*|lopet\w*|esto|estetty|avregistr\w*|avslut\w*|avanm\w*"
    r"|borttag\w*|spärr\w*"
)
_BOUNCING = r"(?:email |hard |hs email hard )*(?:bounce\w*|clean(?:ed)?)|palautu\w*|studs\w*"
_COMPLAINING = r"(?:spam )?complain\w*|spam\w*|abuse|junk|valit\w*|roskaposti\w*|klag\w*"
_WHEN = (
    r"at|on|time|date|datetime|timestamp|reason(?: \w+)?|campaign \w+|comment|pvm|päivä\w*|aika|ajankohta|syy|datum|tid"
    r"|orsak"
)
_BOUNCED = _of(
    rf"(?:{_BOUNCING})(?: (?:{_WHEN}))?",
    r"(?:is |has )?(?:undeliverable|unreachable|quarantined)",
    r".*\b(?:bounced?|quarantined)\b.*",
    r"invalid(?: email)?",
)
_COMPLAINED = _of(rf"(?:is |has )?(?:{_COMPLAINING})(?: (?:{_WHEN}))?")
_FILLED = _of(
    rf"(?:{_LEAVING}|{_BOUNCING}|{_COMPLAINING}) (?:{_WHEN})",
    rf"(?:{_LEAVING}|{_BOUNCING}|{_COMPLAINING})(?:pvm|päivä\w*|aika|ajankohta|syy|datum|orsak)",
    rf"(?:date|time|reason) (?:of |for )?(?:{_LEAVING}|{_BOUNCING}|{_COMPLAINING})",
    r"(?:unsubscription|poistumis|peruutus|perumis|eroamis) ?(?:date|päivä\w*|pvm|syy)",
    r"unsub campaign \w+|clean campaign \w+|hs email hard bounce reason(?: enum)?",
)
_NO_MAIL = _of(
    rf"(?:is |has |email |globally |global )*(?:{_LEAVING}|{_BOUNCING}|{_COMPLAINING})(?: (?:from|of|out)\b.*)?",
    r".*\b(?:unsubscri\w*|opt(?:ed)? out|do ?not\w*|dnc|black ?list\w*|block(?:ed|list\w*)|suppress\w*)\b.*",
    r".*\b(?:\w*kielto|kielletty|ei saa|får ej|quarantined|ineligible|undeliverable|unreachable|spärrad|blockerad)\b.*",
    r"(?:is |email )*(?:disabled|inactive|invalid|cancel\w*|passiivinen|inaktiv)",
)
_KNOWN_NO_MAIL = _of(r"no bulk emails user opt out", r"(?:email )?on hold", r"(?:is )?deceased")
"""CiviCRM's."""
_NEGATING = _words(
    *("not", "no", "non", "never", "dont", "without", "ei", "eivät", "älä", "en", "ilman"),
    *("ej", "inget", "ingen", "inga", "inte", "icke", "aldrig", "utan", "nej", "kein\\w*", "nicht", "ohne", "nein"),
)
_FIXED = re.compile(r"\b(?:do ?not|ei saa|får ej)")
"""Negations that are part of a word for leaving."""
_ENDING = _words(
    *(r"withdr\w*", r"revo[kc]\w*", r"cancel\w*", r"ended", r"declin\w*", r"refus\w*", r"reject\w*", r"objec\w*"),
    *(r"disabl\w*", r"(?:in|de)activ\w*", r"stop\w*", r"denied", r"deny", r"forbid\w*", r"prohibit\w*", r"banned"),
    *(r"delet\w*", r"eras\w*", r"remov\w*", r"forgotten", r"bounc\w*", r"complain\w*", r"suspend\w*", r"terminat\w*"),
    *(r"unsub\w*", r"opt(?:ed)? out", r"block\w*", r"black ?list\w*", r"suppress\w*", r"exclu\w*", r"archiv\w*"),
    *(r"lapsed", r"churn\w*", r"undeliver\w*", r"unreach\w*", r"spam\w*", r"abuse", r"deceased", r"quarantin\w*"),
    *(r"peru(?!s)\w*", r"\w*kiel(?:to|lo|ty|tä|le|lä)\w*", r"\w*esto(?:t|n|a)?", r"\w*estet\w*", r"estän\w*"),
    *(r"irtisan\w*", r"päätty\w*", r"päättä\w*", r"lopet\w*", r"lopp\w*", r"poist\w*", r"eron\w*", r"eroa\w*"),
    *(r"vastusta\w*", r"passiiv\w*", r"epäakt\w*", r"palautu\w*", r"mitätö\w*", r"keskeyt\w*", r"luopu\w*", r"hylä\w*"),
    *(r"avslut\w*", r"återkall\w*", r"återta\w*", r"\w*spärr\w*", r"upphör\w*", r"avreg\w*", r"avanm\w*", r"avpren\w*"),
    *(r"avböj\w*", r"avsag\w*", r"avstå\w*", r"avbr\w*", r"avbest\w*", r"neka\w*", r"blockera\w*", r"borttag\w*"),
    *(r"radera\w*", r"förbj\w*", r"uppsag\w*", r"makuler\w*", r"motsätt\w*", r"inaktiv\w*", r"studs\w*"),
    *(r"abgemeldet", r"abmeld\w*", r"abbestell\w*", r"ausgetragen", r"widerr\w*", r"widerspr\w*", r"\w*gesperrt"),
    *(r"\w*sperre", r"gelöscht", r"gekündigt", r"kündig\w*", r"abgelehnt", r"beendet", r"ungültig"),
)
_ENDING_BESIDE_MAIL = _words(
    *(r"end", r"ends", r"ending", r"expir\w*", r"until", r"till", r"off", r"out", r"hold", r"paus\w*", r"left"),
    *(r"leav\w*", r"quit", r"clean\w*", r"junk", r"invalid", r"ban", r"dead", r"fail\w*", r"lost", r"ex", r"former"),
    *(r"ero", r"loppu\w*", r"asti", r"saakka", r"tauko\w*", r"este", r"entinen", r"slut\w*", r"utgå\w*", r"tom"),
    *(r"stäng\w*", r"ende", r"bis"),
)
"""Words that mean many other things unless the name has a word for mail, too."""
_EMAIL = _words(
    *(r"emails?", r"mails?", r"\w*newsletters?", r"\w*sähköpost\w*", r"\w*uutiskirje\w*", r"\w*nyhetsbrev\w*"),
    *(r"epost\w*", r"mejl\w*"),
)
_CHANNEL = _words(
    *(r"sms", r"whatsapp", r"viber", r"push", r"phone", r"mobile", r"calls?", r"puhelin\w*", r"tekstiviest\w*"),
    *(r"telefon\w*", r"fax", r"mobil\w*"),
)
_CONSENT = _words(
    *(r"subscri\w*", r"opt(?:ed)? in", r"\w*consent\w*", r"permission\w*", r"accept\w*", r"receives?", r"allow\w*"),
    *(r"agree\w*", r"mailable", r"reachable", r"deliverable", r"enabled", r"confirm\w*", r"verified", r"active"),
    *(r"contactable", r"can be \w+", r"send emails?", r"ok to \w+", r"tilaa\w*", r"\w*tilau\w+", r"\w*suostumu\w*"),
    *(
        r"\w*lupa",
        r"\w*luvan",
        r"vahvist\w*",
        r"sallit\w*",
        r"sallii",
        r"saako \w+",
        r"(?<!ei )saa lähettää",
        r"\w*samtyck\w*",
    ),
    *(r"prenum\w*", r"tillstånd", r"bekräft\w*", r"tillåt\w*", r"får skicka", r"\w*einwillig\w*", r"angemeldet"),
)
_TOPIC = _words(
    *(
        r"\w*newsletters?",
        r"e letters?",
        r"marketing",
        r"mailing list",
        r"gdpr",
        r"\w*markkinoin\w*",
        r"\w*uutiskirje\w*",
    ),
    *(r"\w*marknadsf\w*", r"\w*nyhetsbrev\w*", r"\w*utskick", r"reklam", r"\w*mainonta\w*", r"mainokset"),
)
_ALONE_IS_MAIL = _of(r"(?:is )?(?:active|valid)|aktiivinen|voimassa|aktiv")
_ASKED = _words(r"confirm\w*", "verified", "double opt in", r"vahvist\w*", r"bekräft\w*")
"""Columns in which a no means that the reader never confirmed, not that they left."""
_DATE_IS_YES = _of(
    r"(?:is )?(?:subscribed|confirmed|verified|opt(?:ed)? in|double opt in|consented|consent given)",
    r"tilannut|tilattu|vahvistettu|vahvistanut|bekräftad",
)
_STATUS = _of(
    r"(?:subscriber|member|contact) type",
    r"cancel\w* (?:at|on|date|time)",
    r".*\b(?:\w*status\w*|state|\w*tila|standing|läge|tilanne)\b.*",
    r"(?:.* )?(?:email|mail|mailing|contact|newsletter) (?:preferences?|frequency|validity)|deliverability",
    r"(?:frequency|preferences?) (?:of|for) (?:e?mails?|newsletters?)",
)
"""A date of cancelling may be that of a paid subscription whose reader still gets mail (Substack): we ask."""
_HARMLESS = _of(
    r"(?:opt in|opted in|confirm\w*|subscri(?:be|bed|ption)|sign ?up|joined|verified|consent|tilaus|tilauksen"
    r"|liittymis\w*|vahvistus|vahvistettu|prenumeration\w*|consented)"
    r" ?(?:at|on|ip|time|date|datetime|timestamp|source.*|url|version|head|created at|interval|tier|plan|id"
    r"|text|form.*|pvm|päivä\w*|ajankohta|aika|datum)",
    r"(?:tilauspäivä\w*|liittymispäivä\w*|vahvistuspäivä\w*|prenumerationsdatum)",
    r"(?:date|time) (?:of )?(?:subscri\w+|added|confirm\w+|joined|opt in)",
    r"active subscription|subscription type",
    r"(?:home|business|other|mailing|billing|shipping|work|company|default address|address(?: \d+)?) state",
    r"state (?:province|region|code)(?: \w+)?|provinces? ?state",
    r".*\b(?:count|score|rate|rating|total|number|clicks?|opens?|opened)\b.*",
    r"(?:civil|marital) status|siviilisääty|civilstånd",
    r".*\b(?:opt in|subscribed|confirmed|consent) (?:at|on|ip|time|date|source|text)",
    r"status (?:date|at|time|changed.*|updated.*)",
    r"email type|format",
    r"(?:subscri\w+|member|customer|asiakas|tilaaja|prenumerant|medlem|kund) (?:since|alkaen|sedan)",
    r"subscriber (?:id|key|uuid|hash)",
)
"""Names that look like a status and are none: parts of postal addresses, counts, dates of joining."""
_COUNTS = _of(r"(?:hard |soft |email )*bounce[sd]? (?:count|score|rate)")
_PLAIN = _of(
    r"(?:.* )?(?:\w*name|nimi|\w+nimi|namn|\w+namn|company|yritys|företag|organi[sz]ation|organisaatio|employer|title"
    r"|titteli|job title|tehtävä|city|town|\w*kaupunki|\w*toimipaikka|ort|country|maa|land|region|maakunta|county"
    r"|street\w*|\w*address|\w*osoite|\w*adress|zip|zip code|postal code|postcode|postinumero|postnummer|phone\w*"
    r"|mobile|puhelin\w*|telefon\w*|fax|language|lang|locale|kieli|språk|time ?zone|website|url|source|lähde|källa"
    r"|gender|sex|sukupuoli|kön|age|ikä|ålder|salutation|prefix|suffix|initials?|notes?|comments?|description"
    r"|huomautu\w*|muistiinpano\w*|anteckning\w*|tags?|labels?|id|uuid|guid|number|numero|nummer|no|nro|nr|points"
    r"|\w+numero|\w+nummer|pisteet|domain|industry|toimiala|bransch|department|osasto|avdelning)(?: \d+)?",
    r"latitude|longitude|gmtoff|dstoff|cc|leid|euid|complimentary plan|comped|attributes",
)
"""Names of columns that have nothing to do with mail, whatever their cells are."""
_DAYS = _of(
    r"(?:.* )?(?:created|updated|modified|changed|added|imported|registered|synced|submitted|submission|creation"
    r"|registration|joined|join|sign ?up|signed up|birth\w*|dob|born|timestamp|luotu|luonti\w*|muokattu|päivitetty"
    r"|lisätty|rekisteröi\w*|liitty\w*|syntymä\w*|aikaleima|skapad\w*|ändrad\w*|uppdaterad\w*|tillagd|registrera\w*"
    r"|född|födelse\w*|tidsstämpel|erstellt|geändert|geburts\w*|angelegt)"
    r"(?: (?:at|on|date|time|by|day|datum|am|pvm|päivä|aika))*",
    r"(?:date|time|day) (?:of )?(?:created|updated|modified|changed|added|imported|registered|birth|joined|submitted)",
    r"(?:first|last|latest) (?:seen|login|logged in|activity|active|contacted|open\w*|click\w*|modified|changed|updated"
    r"|order\w*|purchase\w*|payment|visit\w*|engaged|sent|reply)(?: (?:at|on|date|time|day))*",
    r"(?:viimeksi|viimeisin|senast\w*) \w+",
)
"""Names of dates that have nothing to do with mail."""
_OF_A_DAY = re.compile(r"\b(?:at|date|datetime|time|\w*pvm|\w*päivä\w*|\w*datum)$")
"""Names of dates: a yes or a no under them means something else, and is asked about."""
_BESIDE = {"active subscription": re.compile(r"expiry|plan|.*payment.*|type|stripe.*")}
"""Unrelated to mail beside a column of that name: Substack's columns on paid subscriptions."""


def plain(name: str) -> str:
    """The name in small letters, with blanks for all signs; words that signs and capitals split are joined again."""
    word = re.sub(r"[\W_]+", " ", fold(_HUMPS.sub(" ", name))).strip()
    for torn, whole in _REJOINED:
        word = torn.sub(whole, word)
    return word


def kind_of(name: str) -> ColumnKind | None:
    """How a column of that name is read; None where the name has nothing to do with mail."""
    word = plain(name)
    if of_another_channel(name) or _COUNTS.fullmatch(word):
        return None
    if _KNOWN_NO_MAIL.fullmatch(word):
        return ColumnKind.YES_IS_LEFT
    ending, negated = _ENDING.search(word), _NEGATING.search(_FIXED.sub("", word))
    leaves = (
        ColumnKind.FILLED_IS_LEFT
        if _FILLED.fullmatch(word)
        else ColumnKind.YES_IS_LEFT
        if _NO_MAIL.fullmatch(word)
        else None
    )
    if leaves:
        return ColumnKind.ASK if negated or _CONSENT.search(word) else leaves
    ended = ending or negated or _ENDING_BESIDE_MAIL.search(word)
    of_mail = _CONSENT.search(word) or _TOPIC.search(word) or _ALONE_IS_MAIL.fullmatch(word)
    if ended and (of_mail or _EMAIL.search(word)):
        return ColumnKind.ASK
    if not ended and _HARMLESS.fullmatch(word):
        return None
    if _STATUS.fullmatch(word):
        return ColumnKind.WORDS
    if ending:
        return ColumnKind.ASK
    return ColumnKind.YES_IS_MAIL if of_mail else None


def of_another_channel(name: str) -> bool:
    """Whether the column is about telephone, SMS and the like, and not about mail."""
    word = plain(name)
    return _CHANNEL.search(word) is not None and not _EMAIL.search(word)


def says_more_than_a_channel(name: str) -> bool:
    """Whether the name has a word for a status besides that for a channel (`Phone`)."""
    word = plain(name)
    return any(words.search(word) for words in (_CONSENT, _TOPIC, _ENDING, _NEGATING)) or bool(_STATUS.fullmatch(word))


def is_unrelated(name: str, header: Iterable[str], *, days: bool) -> bool:
    """Whether a column of that name, beside the others of the header, has nothing to do with mail.

    `days`: its cells are nothing but dates; else they are yes and no.
    """
    word = plain(name)
    if not days and _OF_A_DAY.search(word):
        return False
    patterns = (_HARMLESS, _COUNTS, _PLAIN, _DAYS) if days else (_HARMLESS, _COUNTS, _PLAIN)
    if of_another_channel(name) or any(pattern.fullmatch(word) for pattern in patterns):
        return True
    others = {plain(other) for other in header}
    return any(sign in others and pattern.fullmatch(word) is not None for sign, pattern in _BESIDE.items())


def date_is_yes(name: str) -> bool:
    """Whether a date under that name is the day on which the reader agreed."""
    return _DATE_IS_YES.fullmatch(plain(name)) is not None


def no_is(name: str) -> ListedStatus:
    """What a no means in a column whose yes means that the reader may be mailed."""
    return ListedStatus.PENDING if _ASKED.search(plain(name)) else ListedStatus.UNSUBSCRIBED


def left_as(name: str) -> ListedStatus:
    """The status of a reader who left by a column of that name: bounced, complained, or left."""
    word = plain(name)
    if _BOUNCED.fullmatch(word):
        return ListedStatus.BOUNCED
    if _COMPLAINED.fullmatch(word):
        return ListedStatus.COMPLAINED
    return ListedStatus.LEFT
