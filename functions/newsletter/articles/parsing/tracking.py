"""Parameters of addresses that serve only to track readers."""

from __future__ import annotations

import re

TRACKING = re.compile(
    r"utm_.*|mc_[ce]id|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id"
    r"|_hs(?:enc|mi)|__hs\w+|hsctatracking|mkt_tok|vero_(?:id|conv)|oly_(?:anon|enc)_id|_openstat|s_cid|ml_subscriber(?:_hash)?"
    r"|pk_(?:campaign|kwd|source|medium|content)|mtm_.*|matomo_.*|piwik_.*|at_(?:medium|campaign|custom\d)|cmpid|ns_mchannel|wt_z?mc|traffic_source",
    re.IGNORECASE,
)


def is_tracking(name: str, value: str) -> bool:
    """Whether a query parameter serves only to track readers (Medium's `source=rss…` too)."""
    return bool(TRACKING.fullmatch(name)) or (name == "source" and value.startswith("rss"))
