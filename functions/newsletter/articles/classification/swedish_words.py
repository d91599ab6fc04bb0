"""Swedish words whose gender, plural or vowel the word does not show. A word stands for its compounds, too.

They are in a list where a form of another declension would be another word: `målar` is no plural of `mål`.
"""

from __future__ import annotations

from functools import cache

NEUTER = (
    "ansikte ansvar antibiotika arbete argument avsked avslag avslut avtal bad bajs band barn barr begär behag"
    " belägg ben berg beröm besked beslut besvär besök bete betyg bevis bidrag block bloss bord brak brev brott"
    " bruk brus bråk bröd bröst bud budskap bygge byte bär cement center centra centrum damm data datum diagram"
    " dilemma djur dogma dopp drag drama drev dropp dyk däck element elände event exempel fakta fall fel fjäll"
    " flyg flygplan flyt flöde folk fusk fynd fängelse fäste fån får följe fönster förakt förbund före företag"
    " företräde förhinder förhör förlag förslag försök förvar förvärv gagn garn gas gille golv gram grund gräl"
    " gull gym hack hak halvår hang hav hem hjul hjärta hopp horn hot hull humör hus hushåll huvudmål häfte häkte"
    " hål hår ideal inlägg innehåll inslag intervall intresse intyg jobb järn kaffe kalas kall kapital kast kliv"
    " klor knark komma komp kontor kontrakt konvent korn kors kort krav krig kryp kryss kunnande kval kvarter käk"
    " kärl kön köp kött labb lag landsting larm lass led ledarskap ligg liv ljud ljus lock lov lugn lyft läge lägg"
    " läte lån lår lås löfte mail mandat manifest material meddelande medel medlemskap mejl mess mineral minne"
    " moln monopol mord motstånd mys märke mål mått möte namn napp nummer nyp nys nät nöje objekt område ord"
    " original pack panorama par paradigma partnerskap patent piss plasma plopp plugg porträtt prat pris prisma"
    " problem procent program projekt prov pund puts regn resultat rike rim rop rum rus ryck rykte råd rån rör"
    " salt samarbete samband samhälle samtal schema segel sex signum sikte skal skalv skede sken skepp skick"
    " skifte skinn skoj skott skratt skrik skrot skryt skräp skum skydd skägg skäll skämt skärp skåp sköte slag"
    " slam slarv slut släp släpp smycke smör smörj snack snille snitt solsystem spam spel sperma spex spill spinn"
    " spott språk spån spår spöke stall steg stift stigma sting stopp straff strul stryk sträck stråk stup stycke"
    " styre ställe stänk stål stånd stöd svar svin syfte syre syskon system sätt sår sök tack tag tak tal te"
    " tecken telegram tema test tillbehör tillägg tips torg torn torp trams trauma trav troll trots tryck tält tåg"
    " undantag universitet uppror uttryck vad val varv vatten vax veck verb verk verktyg vete vett villkor vin"
    " virke virus visum vittne vred vrål värde väte yrke yrkesliv ägg ämbete ämne äpple äventyr år"
)
"""mål, målet, målen; möte, mötet, möten; schema, schemat, scheman."""

AR = (
    "back backe bagge ban bil bit björn blogg bock boll borste brunn budget bugg bulle bunt bur burk buske buss"
    " bäck bädd bänk båge båt chatt dag deg del disk drink droppe duk dusch dåre död egendom egg eld falk famn"
    " filt finne fisk flik flotte flykting flytt fläck fläkt fors frukost furste fänrik fågel fånge fördel glimt"
    " gosse grabb granne grav greve grill gris grogg gubbe gång hage hake hall hals hamn handske hane hatt herde"
    " herre himmel hink hiss hund häck häl häst höst ingång jord jul kalv kick kille klack klapp klubb kniv knut"
    " knäpp kopp kork krage kram krans krets krock krok kudde kugge kulle kvist kyss käke kämpe kåre lag lake lapp"
    " lax lek länk låt mack mage make mule mun mur måne nacke nalle narr näve orm oxe pil pinne plattform plåt"
    " podd pojke prick propp puff pump puss påse påsk påve ram ratt ren rigg rock rulle rygg sele sil sjukdom sjö"
    " skalle sked skog skruv skylt skärm skål slang slant slips släkting släng smörgås sol spade sparre spets spik"
    " spis spärr stake stav stege sten stig stil stjärt stock stolpe storm sträng stråle stubbe stöt stövel svans"
    " säck såg tagg tallrik tanke tass timme tjuv tolk tomte topp torsk trapp träff tråd tumme tvätt ungdom unge"
    " utgång vall valp varg vind vinge vink väg vägg värd väst våg vår älg älv örfil överblick"
)
"""dag, dagen, dagar; pojke, pojken, pojkar."""

ER = (
    "affär akt aktie applåd art atmosfär attack avgift avsikt bakterie balans banan bank basar bekant"
    " bibliotekarie bild blockad bojkott bomb borg bransch bredd brist budget bukt butik bön cell chans check chef"
    " chock dam dans deadline debatt dikt disciplin doktorand doktrin drift drog dryck dräkt elit fabrik farm fas"
    " fasad fest festival fight film final finans form franchise front frukt fröjd färg förlust galax garnison gas"
    " gen genre german gestalt gift glöd grej grund gräns guide gäst halt helg humor höft höjd idrott inhägnad"
    " insats insikt institution jakt kaj kamp kampanj kanal kant karneval karriär katolik katt kemikalie klass"
    " klon kod kollaps komedie kommun kompass kompromiss kon kondom konsol konst konsument kontroll kost kraft"
    " kris kristall kultur kund kurs kvart kår last legend linje logg lokal lott luft lukt lunch läkt lögn lön"
    " makt manual marin mark marknad mask maskin massage mast match miljard miljon mobil modell mognad moms månad"
    " natur norm notarie page pant paus person plan plats pol port portal post premie present prestation pris"
    " procedur process profil prov publik puls rad rapport rast reform region replik republik rest risk ritual"
    " rival roll roman rubrik rutin rätt röst sak sats scen serie show signal skandal skatt skiss skuld slakt"
    " slump släkt smak smartphone sport strejk strid studie stund svält syn synd sång sås term termin terminal"
    " test text tjänst tomt tragedie trakt trend tur ursäkt utsikt vakt vers vikarie vikt vin vision volontär växt"
    " vård åsikt åtgärd"
)
"""bild, bilden, bilder; linje, linjen, linjer."""

NONE = (
    "design eld_ fysik grafik historik hjälp hälsa_ kritik kyla logik musik politik press publik research sand"
    " start statistik stress support tillväxt trafik tro vård"
)
"""musik, musiken; a musiker is a person."""

IRREGULAR = {
    "bok": "boken böcker böckerna",
    "fot": "foten fötter fötterna",
    "hand": "handen händer händerna",
    "tand": "tanden tänder tänderna",
    "stad": "staden städer städerna",
    "land": "landet länder länderna landen",
    "strand": "stranden stränder stränderna",
    "rand": "randen ränder ränderna",
    "brand": "branden bränder bränderna",
    "natt": "natten nätter nätterna",
    "rot": "roten rötter rötterna",
    "bokstav": "bokstaven bokstäver bokstäverna",
    "son": "sonen söner sönerna",
    "man": "mannen män männen",
    "mus": "musen möss mössen",
    "lus": "lusen löss lössen",
    "gås": "gåsen gäss gässen",
    "bror": "brodern bröder bröderna broder",
    "broder": "brodern bröder bröderna",
    "moder": "modern mödrar mödrarna",
    "fader": "fadern fäder fäderna",
    "mor": "modern mödrar mödrarna moder",
    "far": "fadern fäder fäderna fader",
    "dotter": "dottern döttrar döttrarna",
    "stång": "stången stänger stängerna",
    "tång": "tången tänger tängerna",
    "ledamot": "ledamoten ledamöter ledamöterna",
    "bonde": "bonden bönder bönderna",
    "vän": "vännen vänner vännerna",
    "nöt": "nöten nötter nötterna",
    "scenario": "scenariot scenarion scenarier scenarierna",
    "ko": "kon kor korna",
    "klo": "klon klor klorna",
    "bro": "bron broar broarna",
    "sko": "skon skor skorna",
    "öga": "ögat ögon ögonen",
    "öra": "örat öron öronen",
    "huvud": "huvudet huvuden huvudena",
    "kollega": "kollegan kollegor kollegorna kolleger kollegerna",
    "morgon": "morgonen morgnar morgnarna",
    "medium": "mediet medier medierna",
    "media": "mediet medier medierna",
    "medier": "mediet medierna",
    "by": "byn byar byarna",
    "kö": "kön köer köerna",
    "ö": "ön öar öarna",
    "sambo": "sambon sambor samborna",
    "oro": "oron",
    "hustru": "hustrun hustrur hustrurna",
    "fiende": "fienden fiender fienderna",
    "mun": "munnen munnar munnarna",
    "sjö": "sjön sjöar sjöarna",
    "knä": "knäet knät knän knäna",
    "träd": "trädet träden",
    "frö": "fröet frön fröna",
    "bi": "biet bin bina",
    "konto": "kontot konton kontona",
    "studio": "studion studior studiorna",
}
"""Definite singular, plural and definite plural of words with another vowel or ending."""

FEWEST_LETTERS = 2, 3
"""Of the first and of the last part of a compound."""


@cache
def _declensions() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, listed in (("neuter", NEUTER), ("ar", AR), ("er", ER), ("none", NONE)):
        for word in listed.split():
            found.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()} | dict.fromkeys(IRREGULAR, frozenset())


def _known(word: str) -> str:
    """The longest listed word that `word` is or ends with; empty when there is none."""
    first, last = FEWEST_LETTERS
    starts = (0, *range(first, len(word) - last + 1))
    return next((word[start:] for start in starts if word[start:] in _declensions()), "")


def irregular(word: str) -> tuple[str, ...]:
    """The forms of a word of `IRREGULAR`, or of a compound with it."""
    known = _known(word)
    first = word.removesuffix(known)
    return tuple(first + form for form in IRREGULAR.get(known, "").split()) if known else ()


def singulars(word: str) -> tuple[str, ...]:
    """The words of `IRREGULAR`, and compounds with them, of which `word` is the indefinite plural: fot of fötter."""
    first = FEWEST_LETTERS[0]
    return tuple(
        word.removesuffix(plural) + singular
        for singular, forms in IRREGULAR.items()
        for plural in forms.split()[1:2]
        if word == plural or (word.endswith(plural) and len(word) >= len(plural) + first)
    )


def declensions(word: str) -> frozenset[str]:
    """Those of `neuter`, `ar`, `er`, `none` that the lists say of a word; empty when they say nothing."""
    return _declensions().get(_known(word), frozenset())
