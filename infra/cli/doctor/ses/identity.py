"""The sender's domain in SES: verified, signed with DKIM, and with a MAIL FROM domain of its own."""

from __future__ import annotations

from cli.doctor.dns.records import cname, mx, txt
from cli.doctor.dns.resolver import NoAnswer
from cli.doctor.finding import Finding, fault, fine, together, warning
from cli.doctor.place import Place
from rehearsal.template.cloudformation import Account

TO_VERIFY = "publish the records of the lines DKIM and MAIL FROM; SES looks again by itself"
SPF = "v=spf1 include:amazonses.com ~all"


def verified(place: Place) -> Finding:
    """Whether SES knows the domain, and takes mail from it."""
    identity = place.identity
    if identity.get("VerifiedForSendingStatus"):
        return fine(f"{place.domain} may send")
    info = identity.get("VerificationInfo", {}).get("ErrorType", "")
    why = f", {info.lower().replace('_', ' ')}" if info else ""
    status = identity.get("VerificationStatus", "PENDING")
    return fault(f"SES takes no mail from {place.domain}: it is not verified ({status}{why})", TO_VERIFY)


def dkim(place: Place) -> Finding:
    """Whether SES signs with the domain's key, and everybody finds that key in DNS."""
    attributes, domain = place.identity.get("DkimAttributes", {}), place.domain
    found = []
    name = f"aws sesv2 put-email-identity-dkim-attributes --email-identity {domain} --signing-enabled"
    if not attributes.get("SigningEnabled"):
        found.append(fault(f"mails of {domain} are not signed", name))
    if attributes.get("CurrentSigningKeyLength") == "RSA_1024_BIT":
        found.append(
            warning(
                "the key has 1,024 bits, which can be broken",
                f"aws sesv2 put-email-identity-dkim-signing-attributes --email-identity {domain} "
                "--signing-attributes-origin AWS_SES --signing-attributes NextSigningKeyLength=RSA_2048_BIT",
            )
        )
    records = _dkim_records(place)
    status = attributes.get("Status", "NOT_STARTED")
    lacking = [] if place.local else [each for each in records if not _leads_to(place, *each)]
    if status != "SUCCESS" or lacking:
        missing = f"; {len(lacking)} of {len(records)} records are not in DNS" if lacking else ""
        found.append(
            fault(f"SES says of its records: {status}{missing}", "\n".join(cname(*each) for each in lacking or records))
        )
    return together(found, f"mails are signed by {domain}" + ("" if place.local else ", and its key is in DNS"))


def _dkim_records(place: Place) -> list[tuple[str, str]]:
    """Name and target of each CNAME that Easy DKIM wants; none where the key is the owner's own."""
    attributes = place.identity.get("DkimAttributes", {})
    if attributes.get("SigningAttributesOrigin", "AWS_SES") == "EXTERNAL":
        return []
    zone = attributes.get("SigningHostedZone") or "dkim.amazonses.com"
    return [(f"{token}._domainkey.{place.domain}", f"{token}.{zone}") for token in attributes.get("Tokens", [])]


def _leads_to(place: Place, name: str, target: str) -> bool:
    """Whether the name is an alias, or has a key itself (some name servers flatten aliases)."""
    try:
        aliases = place.resolver.aliases(name)
        return target in aliases or (not aliases and any("p=" in each for each in place.resolver.texts(name)))
    except NoAnswer:
        return True  # SES has said what it thinks; that we cannot ask is said by the lines of DNS


def mail_from(place: Place) -> Finding:
    """Whether bounces come back to SES by a domain of ours, so that SPF speaks for the sender's domain."""
    place.not_local("mail servers outside")
    attributes, domain = place.identity.get("MailFromAttributes", {}), place.domain
    name = attributes.get("MailFromDomain", "")
    if not name:
        return warning(
            "no MAIL FROM domain is set, so that SPF speaks for amazonses.com and not for the sender",
            own_mail_from(domain),
        )
    records = "\n".join((mx(name, 10, server_of(place)), txt(name, SPF)))
    status = attributes.get("MailFromDomainStatus", "PENDING")
    try:
        servers = place.resolver.exchanges(name)
    except NoAnswer:
        if status == "SUCCESS":
            raise
        servers = []
    if [server for _, server in servers] != [server_of(place)]:
        has = ", ".join(server for _, server in servers) or "none"
        return fault(f"{name} has the mail server {has}, and SES wants its own alone ({status})", records)
    if status != "SUCCESS":
        return fault(f"SES says of {name}: {status}", records)
    return fine(f"{name} takes bounces back to SES")


def own_mail_from(domain: str) -> str:
    """The command that gives the domain the MAIL FROM domain of infra/email.yaml."""
    return (
        f"aws sesv2 put-email-identity-mail-from-attributes --email-identity {domain} "
        f"--mail-from-domain bounce.{domain}"
    )


def server_of(place: Place) -> str:
    """Where SES takes bounces in the region of the stack."""
    account: Account = place.template.account
    return f"feedback-smtp.{account.region}.amazonses.com"
