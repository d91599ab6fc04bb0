"""The SES account: may it write to everybody, what does it suppress, and by which plan is it billed?"""

from __future__ import annotations

from typing import Any

from cli.costs import prices
from cli.doctor.finding import Finding, fault, together, warning
from cli.doctor.place import Place

BOTH = ("BOUNCE", "COMPLAINT")
PLANS = {
    key.upper(): f"{plan.name}: {f'{plan.month:.0f} USD a month and ' if plan.month else ''}"
    f"{plan.mails[0][1] * 1000:.2f} USD for 1,000 mails{'' if plan.month else ', nothing a month'}"
    for key, plan in prices.PLANS.items()
}
"""By the names that SES has for them; the first ten millions a month in us-east-1."""
EVERYTHING_ELSE = "aws sesv2 put-account-pricing-attributes --plan NONE"


def access(place: Place) -> Finding:
    """Whether the account is out of the sandbox and SES takes its mail."""
    account = place.account
    found = []
    if not account.get("ProductionAccessEnabled"):
        found.append(_sandbox(account, place))
    if account.get("SendingEnabled") is False:
        found.append(
            fault(
                "sending is switched off for the account", "aws sesv2 put-account-sending-attributes --sending-enabled"
            )
        )
    status = account.get("EnforcementStatus", "HEALTHY")
    if status == "SHUTDOWN":
        found.append(fault("SES has stopped the account for its bounces or complaints", _CASE))
    elif status != "HEALTHY":
        found.append(warning(f"SES watches the account for its bounces or complaints ({status})", _CASE))
    return together(found, "production: mails go to everybody")


_CASE = "answer the case of AWS in the Support Center; `newsletter breaker show` has the rates of the last 24 hours"


def _sandbox(account: dict[str, Any], place: Place) -> Finding:
    review = account.get("Details", {}).get("ReviewDetails", {})
    in_review = {"PENDING": "; AWS reviews the request", "DENIED": "; AWS denied the request", "FAILED": ""}
    ask = (
        "aws sesv2 put-account-details --production-access-enabled --mail-type MARKETING "
        f"--website-url {place.app.publication.site_url} --contact-language EN"
    )
    said = "sandbox: mails go to verified addresses alone, 200 in 24 hours" + in_review.get(
        review.get("Status", ""), ""
    )
    case = f"the Support Center, case {review['CaseId']}" if review.get("CaseId") else "the Support Center"
    return fault(said, case if review.get("Status") in ("PENDING", "DENIED") else ask)


def suppression(place: Place) -> Finding:
    """Whether an address that bounced or complained is left alone, by the account and by our configuration set."""
    name = place.app.settings.configuration_set
    command = "--suppressed-reasons BOUNCE COMPLAINT"
    found = []
    kept = place.account.get("SuppressionAttributes", {}).get("SuppressedReasons", [])
    if lacks := [each for each in BOTH if each not in kept]:
        found.append(
            warning(
                f"the account's list does not take up {_and(lacks)}",
                f"aws sesv2 put-account-suppression-attributes {command}",
            )
        )
    options = place.client("sesv2").get_configuration_set(ConfigurationSetName=name).get("SuppressionOptions")
    if options is not None and (lacks := [each for each in BOTH if each not in options.get("SuppressedReasons", [])]):
        found.append(
            fault(
                f"the configuration set {name} mails again who had {_and(lacks)}",
                f"aws sesv2 put-configuration-set-suppression-options --configuration-set-name {name} {command}",
            )
        )
    return together(found, "bounces and complaints are left alone")


def _and(reasons: list[str]) -> str:
    return " and ".join({"BOUNCE": "bounces", "COMPLAINT": "complaints"}[each] for each in reasons)


def pricing(place: Place) -> Finding:
    """Which plan the account has, and what costs more than the newsletter uses."""
    place.not_local("bill")
    account = place.account
    plan = account.get("PricingAttributes", {}).get("CurrentPlan", "")
    following = account.get("PricingAttributes", {}).get("NextPlan", plan)
    said = f"{PLANS.get(plan, plan)} ({prices.PLANS_AS_OF})" if plan else "this version of AWS's API names no plan"
    if following != plan:
        said += f"; from next month {PLANS.get(following, following)}"
    found = []
    if plan in ("PRO", "ENTERPRISE") and following == plan:
        found.append(warning(f"{said}; the newsletter uses nothing of what it adds", EVERYTHING_ELSE))
    if account.get("VdmAttributes", {}).get("VdmEnabled") == "ENABLED":
        found.append(
            warning(
                "the Virtual Deliverability Manager is on, which the newsletter does not use; à la carte it costs 0.07 "
                "USD for 1,000 mails",
                "aws sesv2 put-account-vdm-attributes --vdm-attributes VdmEnabled=DISABLED",
            )
        )
    return together(found, said)
