"""The words of boilerplate in blogs: trailers, "read more", related texts, credits, share bars, shortcodes.

In Finnish, Swedish and English, and in the other languages in which blog software writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def _either(*lines: str) -> str:
    """A pattern of alternatives, `;` between them."""
    return "|".join(each for line in lines for each in _parts(line))


def _parts(line: str) -> Iterable[str]:
    return (part.strip() for part in line.split(";") if part.strip())


# --- where a text was published: at its end ------------------------------------------------------------------------

_NAME, _PLACE = ".{1,300}?", ".{1,200}"
_SENTENCE, _ONE_PLACE = r"(?:^|(?<=[.!?…”)»]\s))", r"(?:(?![.!?]\s+[A-ZÅÄÖ]).){1,200}"
_TEXT_FI = (
    "(?:Tämä )?(?:[Aa]rtikkeli|[Kk]irjoitus|[Jj]uttu|[Tt]eksti|[Kk]olumni|[Pp]ostaus"
    "|[Bb]logi(?:kirjoitus|teksti)?|[Hh]aastattelu)"
)
_TEXT_SV = (
    "(?:(?:Den här|Denna|Det här|Detta) )?(?:[Aa]rtikeln?|[Tt]exten|[Ii]nlägget?|[Kk]rönikan?"
    "|[Kk]olumnen?|[Ii]ntervjun?)"
)
_TEXT_EN = "(?:This|The) (?:article|post|story|piece|text|column|interview|essay)"
_ONCE_FI = "(?:alun ?perin|aiemmin|aikaisemmin|ensin|ensimmäisen kerran)"
_ONCE_SV, _ONCE_EN = "(?:ursprungligen|tidigare|först)", "(?:originally|first|previously)"
_FIRST_ELSEWHERE = (
    (
        f"(?:{_TEXT_EN} (?:was |has been )?{_ONCE_EN} (?:published|appeared|ran)|(?:Originally|First)"
        f" published) (?:at|on|in|by)"
    ),
    (
        f"A version of this (?:article|post|story|piece) (?:{_ONCE_EN} )?(?:appeared|was (?:{_ONCE_EN}"
        f" )?published) (?:at|on|in)"
    ),
    f"{_TEXT_FI} on (?:{_ONCE_FI} (?:julkaistu|ilmestynyt)|(?:julkaistu|ilmestynyt) {_ONCE_FI})",
    f"{_TEXT_FI} (?:julkaistiin|ilmestyi) {_ONCE_FI}",
    "(?:Alun ?perin julkaistu|Julkaistu (?:alun ?perin|aiemmin|ensin))",
    f"{_TEXT_SV} (?:publicerades {_ONCE_SV}|är {_ONCE_SV} publicera[dt]|har {_ONCE_SV} publicerats) (?:i|på|av)",
    "(?:Ursprungligen|Tidigare|Först) publicera[dt] (?:i|på)",
    "Diese[rs] (?:Beitrag|Artikel|Text) (?:erschien zuerst|wurde (?:ursprünglich|zuerst)) (?:auf|in|bei)",
)
"""Texts that were published elsewhere before, and the word before the name of that place."""
_PUBLISHED = _either(
    f"(?:The|This) post {_NAME} (?:appeared first on|first appeared on|was first published on) {_PLACE}",
    f"Artikkeli {_NAME} julkaistiin ensimmäisen kerran {_PLACE}",
    f"(?:Artikkeli|Julkaisu|Kirjoitus|Postaus) {_NAME} (?:julkaistiin|ilmestyi) (?:ensin|ensimmäisenä) {_PLACE}",
    f"Inlägget {_NAME} (?:dök|publicerades) först (?:upp )?på {_PLACE}",
    f"Der (?:Beitrag|Artikel) {_NAME} erschien zuerst auf {_PLACE}",
    f"Innlegget {_NAME} dukket først opp på {_PLACE}; Indlægget {_NAME} blev først udgivet på {_PLACE}",
    f"Het bericht {_NAME} verscheen eerst op {_PLACE}; L[’']article {_NAME} est apparu en premier sur {_PLACE}",
    f"La entrada {_NAME} (?:se publicó|apareció) primero en {_PLACE}; L[’']articolo {_NAME} proviene da {_PLACE}",
    f"O post {_NAME} apareceu primeiro em {_PLACE}",
    *(f"{_SENTENCE}{each} {_ONE_PLACE}" for each in _FIRST_ELSEWHERE),
)
TRAILER = re.compile(rf"\s*(?:{_PUBLISHED})$")
"""The line that WordPress and others add under every text, in the language of the blog."""
MEDIUM = re.compile(r"was originally published in .{1,200}? on Medium\b.{0,200}$")

# --- links to the whole text, and to others -----------------------------------------------------------------------

_MORE_OF_THIS = _either(
    "Continue reading; Keep reading; Read the (?:rest|full|whole|entire); Read full",
    "Click (?:here )?to (?:read|continue)",
    "View (?:original|full) post; Jatka lukemista; Lue koko; Lue loput; Fortsätt (?:att )?läsa; Läs hela; Weiterlesen",
)
_MORE = _either(
    "Read more; Read on; Read also; See also; Learn more; Lue lisää; Lue myös; Lue juttu; Lue artikkeli; Katso myös",
    "Lue kirjoitus; Lue postaus; Lue uutinen; Lue blogikirjoitus; Katso lisää; Läs artikeln; Läs"
    " inlägget; Read (?:the )?article",
    "Läs mer; Läs också; Läs vidare; Läs även; Se också; Mehr lesen; Mehr dazu; Lire la suite; Leer más; Loe edasi",
    "Loe lisaks; Les mer; Læs mere; Lees (?:meer|verder)",
)
MORE = re.compile(rf"(?<!\w)(?:(?P<any>{_MORE_OF_THIS})|{_MORE})(?!\w)", re.IGNORECASE)
"""The link that ends an excerpt; behind one of the group `any` any name of the text may stand."""
_JOINING = _either(
    "aiheesta; artikkelista; jutusta; blogista; tästä; täältä; sivulta; linkistä; artikkeli; juttu; teksti; postaus",
    "about; on; in; of; from; here; at; this; the; article; post; story; entry; text",
    "om; här; i; på; av; inlägget; artikeln; texten; hier; auf; zu",
)
JOINING = re.compile(rf"(?:\W*+\b(?:{_JOINING})\b)*", re.IGNORECASE)
_RELATED = _either(
    "Lue myös; Lue lisää; Katso myös; Aiheeseen liittyvä\\w*; Read also; Read more; See also; You might also like",
    "Aiheesta (?:muualla|lisää)",
    "Related(?: posts?| articles?| stories)?; Läs också; Läs mer; Läs även; Se också",
)
RELATED = re.compile(rf"(?:{_RELATED})\b(?P<colon>\s*:)?", re.IGNORECASE)
_CREDIT = _either(
    "Kuva(?:t|aja|lähde)?; Valokuva; Kuvitus; Foto(?:graf)?; Bild(?:er)?",
    "Photos?; Images?; Pictures?; Cover; Credit; Illustration",
)
_WRITER = _either(
    "Teksti(?: (?:ja|&) (?:valo)?kuvat?)?; Text(?: (?:och|&) (?:foto|bild(?:er)?))?; Words(?: (?:and|&)"
    " (?:photos?|images?))?",
    "Kirjoittaja; Skribent; Författare; Author; Written by",
)
CREDIT = re.compile(
    rf"(?:{_CREDIT})(?:\s*:|\s+(?:by|credit|courtesy|av)\b)|Kuvituskuva[.,]?(?:\s*Kuva\b.*)?$|Kuva(?:t"
    rf"|aja)? [^!?]{{1,80}} / [^!?]{{1,60}}$"
    rf"|(?:{_WRITER})\s*:\s*[^.!?:]{{1,80}}$",
    re.IGNORECASE,
)
"""Who made the picture or the text, as a line of its own."""
_DAY = r"\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{4}-\d{2}-\d{2}"
_MINUTES = (
    r"(?:(?:estimated )?read(?:ing)? time|lukuaika|lästid|lesezeit)\W{0,3}(?:noin |n\. |ca\.? |c:a |about"
    r" |approx\.? |cirka |< ?)?"
    r"\d{1,3}\s?min(?:uuttia|uutti|uter|ut|utes?|uten?)?\b\.?"
)
READING_TIME = re.compile(rf"{_MINUTES}|\d{{1,3}}\s?min(?:ute)?s?\.? (?:read|lukuaika|lästid|läsning)", re.IGNORECASE)
"""What plugins write before a text to say how long it is."""
META = re.compile(
    rf"(?:(?:julkaistu|julkaistiin|päivitetty|publicera[dt]|uppdatera[dt]|published|posted|updated)(?:"
    rf" on)?\W*)?(?:{_DAY})"
    r"(?:\s*(?:klo|kl\.?|at)?\s*\d{1,2}[.:]\d{2})?\.?"
    r"|\d{1,4} (?:kommenttia|kommentti|kommentarer|kommentar|comments?)|kommentoi|kommentera|lämna en"
    r" kommentar|leave a (?:comment|reply)"
    r"|(?:tags?|tagged|avainsanat?|asiasanat|tunnisteet|taggar|nyckelord|filed under|kategoriat?"
    r"|categor(?:y|ies)|kategori(?:er)?)\s*:.*"
    r"|mainos|advertisement|annons|siirry (?:pää)?sisältöön|skip to (?:main )?content|hoppa till"
    r" (?:huvud)?innehåll(?:et)?"
    r"|sisällysluettelo|table of contents|innehållsförteckning|kuuntele (?:artikkeli|juttu)|listen to"
    r" (?:this|the) (?:article|post)"
    r"|tilaa (?:uutis|nyhets)kirje(?:emme)?!?",
    re.IGNORECASE,
)
"""Lines around a text: its date, tags and comments, advertisements, links within the page."""
_WINDOW = r"(?:ikkuna|välileht|välilehd|window|tab\b|fönster|flik)\w*"
NEW_WINDOW = re.compile(
    rf"\s*\((?:linkki )?(?:avautuu|aukeaa|opens|öppnas)\b[^()]{{1,40}}{_WINDOW}\)"
    rf"|(?<![^\n])(?:linkki )?(?:avautuu|aukeaa|opens|öppnas)\b[^\n()]{{1,40}}{_WINDOW}\.?(?![^\n])",
    re.IGNORECASE,
)
"""What links say to screen readers."""

# --- share bars -----------------------------------------------------------------------------------------------------

_NETWORK = _either(
    r"facebook\w*; twitter\w*; x; xssä; linked ?in\w*; whats ?app\w*; instagram\w*; pinterest\w*; telegram\w*",
    r"reddit\w*; tumblr\w*; pocket; mastodon\w*; bluesky\w*; threads\w*; messenger\w*",
    r"xing; email\w*; mail; sähköposti\w*; epost",
)
_ASKED = _either(
    "jaa; jako; share[ds]?; sharing; dela; tweet(?:s|ed)?; twiittaa; pin; tykkää; like[ds]?; gilla; teilen; teile",
    "partager; tulosta; print; skriv; email; kopioi; copy; kopiera; lähetä; send; skicka",
)
_GLUE = _either(
    r"this; tämä; tämän; denna; detta; dieses?; artikkeli\w*; juttu; jutun; postaus; post; article; story; artikeln?",
    "inlägg(?:et)?; on; in; via; by; with; to; the; a; an; it; of; på; med; i; genom; ut; auf; per; mit; e; be; first",
    "click; klikkaa; tästä; avautuu; opens?; new; window; tab; uudessa; uuteen; ikkunassa; ikkunaan; välilehdessä",
    "välilehteen; öppnas; ett; nytt; fönster; loading; ladataan; ladda; now; nyt; nu; social; media; sosiaalisessa",
    r"mediassa; somessa; palvelussa; kaverille; ystävälle; friends?; vän; link; linkki; länk; your; and; ja; och; und",
    r"det; här; lataa; laddar; kirjoitus; kirjoituksen; clipboard; leikepöydälle; \d+",
)
SHARE_WORD = re.compile(rf"(?:{_ASKED}|{_NETWORK}|{_GLUE})")
NETWORK = re.compile(rf"(?:{_NETWORK})")
SHARE_VERB = re.compile(rf"(?:{_ASKED})")
_PHRASE = (
    rf"(?i:(?:{_ASKED})(?:\s(?:{_GLUE})){{0,4}}\s(?:{_NETWORK})(?:\s\((?:opens|avautuu|öppnas)[^()]{{1,40}}\))?"
    rf"|(?:jaa|share|dela|teilen)(?:\s(?:{_GLUE})){{0,3}}\s?:(?:[\s,|·]{{0,3}}(?:{_NETWORK})\b){{1,10}}"
    r"|jaa\s(?:artikkeli|juttu|kirjoitus|postaus)|share\sthis\s(?:article|post|story)|dela\s(?:artikeln|inlägget)"
    r"|tykkää\stästä:\s+tykkää(?:\slataa)?|like\sthis:\slike(?:\sloading)?"
    r"|twiittaa|tweet(?:\sthis)?)"
)
SHARE_START = re.compile(rf"(?:[\s|·•,/:–-]*\b(?=[A-ZÅÄÖ]){_PHRASE}\b)++[\s|·•,/:–-]*(?=$|[^\sa-zåäö])")
SHARE_END = re.compile(rf"(?:(?:^|(?<=[.!?…”)]))\s*|[|·•,/]\s*|\s)(?=[A-ZÅÄÖ])(?:{_PHRASE}[\s|·•,/.…]*)++$")
RELATED_END = re.compile(
    r"(?<=[.!?…”)])\s(?:Lue myös|Katso myös|Läs också|Läs även|Se också|Read also|See also"
    r"|Related)\s?:\s[^.!?:]{1,150}[.!?»→]?$"
)

# --- shortcodes -------------------------------------------------------------------------------------------------------

CAPTION = re.compile(r"\[caption\b[^\[\]]{0,1000}+\][^\[]{0,1000}+\[/caption\]", re.IGNORECASE)
EMBED = re.compile(r"\[(embed|video|audio|youtube|vimeo)\b[^\[\]]{0,1000}+\][^\[]{0,1000}+\[/\1\]", re.IGNORECASE)
TEMPLATE = re.compile(r"\{\{[<%][^{}\n]{0,300}[>%]\}\}|\{%[^{}\n]{0,300}%\}|\[\[toc\]\]", re.IGNORECASE)
"""Shortcodes of Hugo, Jekyll and Markdown plugins."""
BRACKETS = re.compile(
    r"\[(?P<end>/?)(?P<name>[a-z][\w-]{1,40}+)(?P<rest>(?:[\s/][^\[\]]{0,6000}+)?)(?:\]|(?=\[(?:…"
    r"|\.{3})\])|(?=[\[\]]?$))",
    re.IGNORECASE,
)
"""What may be a shortcode; in an excerpt it may be cut off."""
_SHORTCODE = _either(
    r".+_.+; (?:vc|et|av|su|fl|mk|wp|cs|ux|kt|contact-form|mc4wp)-.+; gallery\d*; caption; embed; playlist; toc",
    "wpforms; gravityform; layerslider; audio; youtube; vimeo",
)
SHORTCODE = re.compile(_SHORTCODE, re.IGNORECASE)
"""Names of shortcodes (WordPress, page builders) that are no words which a person puts in brackets, as in [video]."""
