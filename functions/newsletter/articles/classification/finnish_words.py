"""Finnish words whose inflection their ending does not tell.

Each list is named for a word that inflects so, with the number of its class in the word list of the Institute for the
Languages of Finland (Kotus, *Nykysuomen sanalista*). A word stands for the compounds that end with it, too: `kieli` for
`äidinkieli`.
"""

from __future__ import annotations

from functools import cache

OVI = (
    "arki haahti hanki happi hauki helmi helpi henki hetki hiki hirvi joki jälki järki järvi kaikki kampi kanki"
    " kaski kilpi kivi koipi korpi koski kulmi kurki kylki käki kärki lahti laki lampi lehti lempi leski louhi"
    " lovi länki läpi mäki nimi noki nurmi närhi olki onki onni ovi parvi piki pilvi polvi poski reki retki ripsi"
    " rouhi rupi ruuhi saarni salmi sappi sarvi savi siipi solki soppi sormi suksi suomi suvi sylki sänki särki"
    " sääski talvi tammi toki torvi tuki tuppi turpi typpi tyvi tyyni tähti viiksi virpi vuoksi vyyhti väki"
)
"""7: ovi, oven, ovea."""

KIELI = (
    "hiili hiiri huoli jousi juoni juuri kaari kieli kuori kuusi liemi lohi loimi lumi luomi meri mieli moni"
    " niemi niini nuoli nuori pieni puoli riihi saari sieni suoni suuri sääri taimi tiili toimi tuli tuohi tuomi"
    " tuuli uni veri vuori ääni"
)
"""23 to 26: kieli, kielen, kieltä; toimi, toimen, tointa."""

KASI = "hiisi kausi kuusi käsi köysi liesi mesi paasi reisi susi sysi tosi täysi uusi vesi viisi vuosi"
"""27: käsi, käden, kättä."""

KYNSI = "hirsi kansi karsi kirsi kynsi länsi orsi parsi ponsi pursi varsi virsi"
"""28: kynsi, kynnen, kynttä."""

LAPSI = "hapsi lapsi peitsi veitsi"
"""29 and 30: lapsi, lapsen, lasta; veitsi, veitsen, veistä."""

KAKSI = "kaksi yksi"
"""31: kaksi, kahden, kahta."""

NALLE = (
    "akne anime bile brie byte college collie deadline drone firmware folklore franchise freelance genre hardware"
    " house hype itse jonne joule karaoke lande latte lime live mobile mode mousse move madame posse nalle"
    " nukke offline online ope pelle polle proge promille psyyke selfie single skene smoothie software some"
    " storyline tele ukulele ultimate vege zombie"
)
"""8: nalle, nallen, nallea."""

TIE = "suo tie työ yö"
"""19: tie, tietä, tiehen."""

AUTO = (
    "agility auto beeta beta data delta euro feta foto graffiti haiku hetu höpö kaarti kepu kiky kulti meta moka"
    " loki mopo moto muki mutu nato opo paku paprika paraati parka pipo pita prikaati proto pupu pöpö safka seta"
    " softa söpö tempo tipu toka topi toto typy vita vodka wiki zeta"
)
"""Words with a k, p or t that does not change: auto, auton."""

LIKE_AUTO = ("auto", "data", "wiki", "softa")
"""Those of them that end compounds."""

MIES = "mies"
"""42: mies, miehen, miestä."""

KEVAT = "kevät"
"""44: kevät, kevään, kevättä."""

KOLMAS = "kolmas neljäs viides kuudes seitsemäs kahdeksas yhdeksäs kymmenes sadas tuhannes monies"
"""45: kolmas, kolmannen, kolmatta."""

IRREGULAR = (
    # nominative: strong and weak stem, strong and weak plural stem
    ("aika", "aika", "aja", "aikoi", "ajoi"),
    ("poika", "poika", "poja", "poiki", "poji"),
    ("ruoka", "ruoka", "ruoa", "ruoki", "ruoi"),
    ("ruoka", "ruoka", "ruua", "ruoki", "ruui"),
    ("lämmin", "lämpimä", "lämpimä", "lämpimi", "lämpimi"),
    ("vasen", "vasempa", "vasemma", "vasempi", "vasemmi"),
    ("morsian", "morsiame", "morsiame", "morsiami", "morsiami"),
    ("sydän", "sydäme", "sydäme", "sydämi", "sydämi"),
    ("hapan", "happama", "happama", "happami", "happami"),
    ("alaston", "alastoma", "alastoma", "alastomi", "alastomi"),
    ("paras", "parhaa", "parhaa", "parhai", "parhai"),
    ("kirves", "kirvee", "kirvee", "kirvei", "kirvei"),
    ("veli", "velje", "velje", "velji", "velji"),
    ("kolme", "kolme", "kolme", "kolmi", "kolmi"),
    ("seitsemän", "seitsemä", "seitsemä", "seitsemi", "seitsemi"),
    ("kahdeksan", "kahdeksa", "kahdeksa", "kahdeksi", "kahdeksi"),
    ("yhdeksän", "yhdeksä", "yhdeksä", "yhdeksi", "yhdeksi"),
    ("kymmenen", "kymmene", "kymmene", "kymmeni", "kymmeni"),
    ("tuhat", "tuhante", "tuhanne", "tuhansi", "tuhansi"),
    ("tytär", "tyttäre", "tyttäre", "tyttäri", "tyttäri"),
)


FEWEST_LETTERS = 3
"""Of the first part of a compound."""

OTHERWISE = ("kaveri", "toveri", "mysteeri", "sensuuri")
"""Words that only look like compounds with one of the above."""

ALSO_BY_ENDING = ("kuusi", "laki", "lampi")
"""Words, and ends of comparatives, that inflect by their ending, too: laki, lain or laen; matalampi."""


OTHERS = frozenset("tilanne mediaani kuusi vuosi tiesi pääsi palasi osasi".split())  # noqa: SIM905 (a list)
"""Words that are hardly ever a noun with a possessive suffix: `tilanne` is no `tila`, `pääsi` no `pää`."""


@cache
def words_of(names: str) -> frozenset[str]:
    """The words of one of the lists above."""
    return frozenset(names.split())


def listed(word: str, names: str) -> bool:
    """Whether the word, or what ends it as a compound, is in one of the lists above."""
    if word.endswith(OTHERWISE):
        return False
    words = words_of(names)
    return word in words or any(word.endswith(each) and len(word) >= len(each) + FEWEST_LETTERS for each in words)
