"""Parameters of addresses that serve only to track readers, and what feeds add to tell that a reader came from them."""

from __future__ import annotations

import re

ALWAYS = re.compile(
    r"utm_.*|mc_(?:cid|eid|tc)|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id"
    r"|_hs(?:enc|mi)|__hs\w+|hsctatracking|hss_channel|mkt_tok|vero_(?:id|conv)|oly_(?:anon|enc)_id|_openstat|s_cid|s_kwcid"
    r"|ef_id|ml_subscriber(?:_hash)?|pk_(?:campaign|kwd|keyword|source|medium|content|cid|vid)|mtm_.*|matomo_.*|piwik_.*"
    r"|at_(?:medium|campaign|custom\d+|format|link_\w+|bbc_team|ptr_name|creation|variant|send_date|recipient_\w+|emailtype)"
    r"|xto[rf]|xtref|xtcr|xtnp\d*|cmpid|ns_(?:mchannel|source|campaign|linkname|fee)|wt[._-]?z?mc(?:[._]\w+)?|srsltid|smid|intcid|maca|lf_rss|_rss|traffic_source|itm_.*"
    r"|trkcampaign|elqtrack(?:id)?|elqaid|elqat|guccounter|guce_\w+|_ga|_gl|rb_clickid|wickedid|dlvrit|echobox|sr_share"
    r"|wprov|ftag|ftcamp|ref_src|ref_url|__twitter_impression|rssfeed|sc_(?:campaign|channel|content|medium|outcome|geo)",
    re.IGNORECASE,
)
ORIGIN = re.compile(
    r"ref|refs?id|refer(?:r?er|red_?by)?|source|src|from|via|origin|partner|emc|medium|channel|cid|ncid|icid|ocid|cmp|campaign|publisher"
    r"|mod|mbid|trk|track(?:ing)?|srnd|feature|share|rss|xt|s?_source",
    re.IGNORECASE,
)
"""Parameters that name where a reader came from, on sites that do not need them for anything else."""
FROM_FEED = re.compile(
    r"(?:rss|atom|feed(?:burner|ly|press)?|newsletter|newsstand|nieuwsbrief|uutiskirje|nyhetsbrev)(?:\d|[-_.:+%].*)?|rss.*",
    re.IGNORECASE,
)
SWITCH = re.compile(r"1|true|yes|on|", re.IGNORECASE)
NETWORK = re.compile(
    r"facebook|twitter|x|linkedin|whatsapp|email|pinterest|telegram|reddit|tumblr|jetpack-\w+", re.IGNORECASE
)
HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


def is_tracking(name: str, value: str) -> bool:
    """Whether a query parameter serves only to track readers, as `utm_source=x`, `ref=rss` and `xtor=RSS-16` do."""
    if ALWAYS.fullmatch(name):
        return True
    if not ORIGIN.fullmatch(name):
        return False
    name = name.lower()
    return bool(
        FROM_FEED.fullmatch(value)
        or (name == "rss" and SWITCH.fullmatch(value))
        or (name == "share" and NETWORK.fullmatch(value))
        # Ghost writes the blog's own host behind each link.
        or (name == "ref" and HOST.fullmatch(value))
    )
