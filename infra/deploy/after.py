"""What follows a deployment: secrets that are missing, what is armed, records to publish, and the next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from cli import target
from cli.checks import secret_parameters
from cli.checks.stack import DeployedStack, is_stopped, read_stack, schedule_differences
from cli.doctor.dns.to_publish import show_records
from cli.faults import Fault, aws_errors_as_faults
from deploy.receiving import activate
from deploy.stage import Stage
from newsletter.mailings.schedules import Rate, parse
from newsletter.platform.aws.error_codes import NOT_ALLOWED

SHOWN_AS_DNS = ("Dkim", "Dmarc", "MailFrom", "Reply")
"""Outputs that say again what stands above them as DNS records."""


def finish(stage: Stage) -> None:
    """Do and print it. Raises Fault for what is wrong; the stack itself is deployed by then."""
    with aws_errors_as_faults():
        found = target.find(target.Wanted(stack=stage.stack))
        with target.applied(found):
            print("\n== Secrets")
            secret_parameters.init()
            deployed = read_stack(stage.stack, stage.client)
            stopped, faults = _look_at_schedules(deployed, stage)
            print("\n== DNS")
            replies = deployed.given.get("ReplyDomain", "")
            verified = show_records(deployed.given["SenderDomain"], stage.region, stage.client, replies)
            faults += activate(deployed, stage.client)
        print("\n== Outputs")
        outputs = [each for each in _outputs(deployed.about) if not each[0].startswith(SHOWN_AS_DNS)]
        for name, value in outputs:
            print(f"  {name:<{max(len(each) for each, _ in outputs)}} {value}")
    if faults:
        raise Fault("\n".join(faults))
    print("\n== Next")
    if not verified:
        print("  1. Publish the records above, and point the public address at the site (docs/deploy.md).")
    number = "  1." if verified else "  2."
    if stopped:
        print(f"{number} {stage.command('work start')}, once what it was stopped for is done")
    else:
        print(f"{number} {stage.command('doctor')} --send")


def _look_at_schedules(deployed: DeployedStack, stage: Stage) -> tuple[bool, list[str]]:
    """Print them. Whether `newsletter work stop` stopped them all, and what else they have not as the template."""
    try:
        stopped = is_stopped(deployed.wanted, stage.client)
        differences = list(schedule_differences(deployed.wanted, stage.client, stopped=stopped))
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOT_ALLOWED:
            raise
        print("\n== Schedules")
        _show_schedules(deployed)
        print("  (not compared with EventBridge Scheduler: no right to scheduler:GetSchedule)")
        return False, []
    if stopped:
        print("\n== Schedules, stopped\n  `newsletter work stop` stopped them, and a deployment leaves them so.")
    else:
        print("\n== Schedules, armed")
        _show_schedules(deployed)
    return stopped, [f"{where}: {message}" for where, message, _ in differences]


def _show_schedules(deployed: DeployedStack) -> None:
    """When each runs next."""
    now, zone = datetime.now(UTC), ZoneInfo(deployed.given["TimeZone"])
    for function in deployed.wanted.functions:
        for each in function.schedules:
            how = parse(each.expression, each.time_zone)
            due = how.next_after(now)
            word = "by" if isinstance(how, Rate) else "at"  # a rate counts from when the schedule was made
            when = f"next {word} {due.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}" if due else "never again"
            print(f"  {function.logical_id:<12} {each.expression:<22} {when}")


def _outputs(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in about.get("Outputs", []):
        yield each["OutputKey"], each["OutputValue"]
