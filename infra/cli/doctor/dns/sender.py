"""SPF, DMARC and MX of the sender's domain, as everybody sees them in DNS."""

from __future__ import annotations

from cli.doctor.dns.records import mx, txt
from cli.doctor.finding import Finding, fault, fine, together, warning
from cli.doctor.place import Place
from cli.doctor.ses.identity import SPF, own_mail_from

SES = "amazonses.com"
LOOKUPS = 10
"""Records that may be asked for; more is an error, and the whole record counts for nothing (RFC 7208, 4.6.4)."""
OUTSIDE = "mail servers outside"


def spf(place: Place) -> Finding:
    """Whether SES may send for the MAIL FROM domain, and that is aligned with the sender's (RFC 7489, 3.1.2)."""
    place.not_local(OUTSIDE)
    name = place.identity.get("MailFromAttributes", {}).get("MailFromDomain", "")
    if not name:
        return warning(
            "without a MAIL FROM domain SPF is never aligned; DKIM alone speaks for the sender",
            own_mail_from(place.domain),
        )
    records = [each for each in place.resolver.texts(name) if each.lower().split(" ")[0] == "v=spf1"]
    right = txt(name, SPF)
    if not records:
        return fault(f"{name} has no SPF record", right)
    if len(records) > 1:
        return fault(f"{name} has {len(records)} SPF records, which count as none (RFC 7208, 4.5)", right)
    terms = records[0].lower().split()[1:]
    if not _lets_ses_send(records[0], place):
        return fault(f"SPF of {name} does not let SES send: {records[0]}", right)
    if "+all" in terms or "all" in terms:
        return warning(f"SPF of {name} lets everybody send: {records[0]}", right)
    if not _same_organisation(name, place.domain):
        return fault(
            f"{name} belongs to another domain than {place.domain}, so SPF is never aligned",
            own_mail_from(place.domain),
        )
    return fine(f"SES may send for {name}, which is aligned with {place.domain}")


def _lets_ses_send(record: str, place: Place) -> bool:
    """Whether the record includes that of SES, itself or by others that it includes, of which so many are read."""
    waiting, looked_up = [record], 0
    while waiting:
        for term in waiting.pop(0).lower().split()[1:]:
            how, _, target = term.lstrip("+").replace("redirect=", "redirect:").partition(":")
            if how not in ("include", "redirect"):
                continue
            looked_up += 1
            if looked_up > LOOKUPS:
                return False
            if target == SES:
                return True
            waiting += [each for each in place.resolver.texts(target) if each.lower().startswith("v=spf1")]
    return False


def dmarc(place: Place) -> Finding:
    """Whether there is one policy, which SES's mails meet."""
    place.not_local(OUTSIDE)
    at, records = _policy(place)
    domain = place.domain
    reports = place.app.publication.sender.reply_to
    # Another domain would have to allow reports about this one (RFC 7489, 7.1).
    rua = f"; rua=mailto:{reports}" if reports.lower().endswith(f"@{domain}") else ""
    right = txt(f"_dmarc.{domain}", f"v=DMARC1; p=none{rua}")
    if not records:
        return fault("there is no DMARC record, which Gmail, Yahoo and Outlook ask of who sends to many", right)
    if len(records) > 1:
        return fault(f"{at} has {len(records)} DMARC records, which count as none (RFC 7489, 6.6.3)", right)
    tags = _tags(records[0])
    policy = tags.get("p", "")
    if at != f"_dmarc.{domain}" and policy:
        policy = tags.get("sp", policy)  # of the domain above, for those below it
    if policy not in ("none", "quarantine", "reject"):
        return fault(f"{at} has no policy p=none, quarantine or reject: {records[0]}", right)
    aligned = _aligned(tags, place)
    if not aligned:
        return fault(
            f"{at} says p={policy}, and neither DKIM nor SPF speaks for {domain}, so every mail fails it",
            f"aws sesv2 put-email-identity-dkim-attributes --email-identity {domain} --signing-enabled",
        )
    watching = "" if "rua" in tags else ", and nobody gets its reports (rua)"
    return fine(f"{at} says p={policy}{watching}; aligned by {' and '.join(aligned)}")


def _aligned(tags: dict[str, str], place: Place) -> list[str]:
    """What speaks for the sender's domain: one of both is enough (RFC 7489, 3.1). SES signs with that very domain."""
    dkim, mail_from = (place.identity.get(each, {}) for each in ("DkimAttributes", "MailFromAttributes"))
    name = mail_from.get("MailFromDomain", "")
    by_spf = bool(name) and (name == place.domain or tags.get("aspf") != "s") and _same_organisation(name, place.domain)
    return [
        *(["DKIM"] if dkim.get("SigningEnabled") and dkim.get("Status") == "SUCCESS" else []),
        *(["SPF"] if by_spf and mail_from.get("MailFromDomainStatus") == "SUCCESS" else []),
    ]


def takes_answers(place: Place) -> Finding:
    """Whether the sender's domain takes mail: readers answer, and providers look at it."""
    place.not_local(OUTSIDE)
    sender = place.app.publication.sender
    domains = dict.fromkeys(each.rpartition("@")[2].lower() for each in (sender.address, sender.reply_to) if each)
    return together(
        [found for domain in domains if (found := _takes_mail(place, domain))], f"{' and '.join(domains)} takes mail"
    )


def _takes_mail(place: Place, domain: str) -> Finding | None:
    servers = place.resolver.exchanges(domain)
    if [server for _, server in servers] == [""]:
        return warning(
            f"{domain} says that it takes no mail (a null MX, RFC 7505): answers of readers come back",
            f"{mx(domain, 10, f'mail.{domain}')}\nor set sender.reply_to in publication.toml to an address elsewhere",
        )
    if servers or place.resolver.has_address(domain):
        return None
    return warning(
        f"{domain} has no mail server: answers of readers come back, and some providers refuse its mail",
        mx(domain, 10, f"mail.{domain}"),
    )


def _policy(place: Place) -> tuple[str, list[str]]:
    """The name that has the records, and those: of the domain itself, else of the one it belongs to."""
    labels = place.domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = "_dmarc." + ".".join(labels[start:])
        found = [each for each in place.resolver.texts(name) if _tags(each).get("v") == "DMARC1"]
        if found:
            return name, found
    return f"_dmarc.{place.domain}", []


def _tags(record: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in record.split(";")]
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _same_organisation(one: str, other: str) -> bool:
    """Relaxed alignment, as far as it can be told without the list of public suffixes: one is below the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
