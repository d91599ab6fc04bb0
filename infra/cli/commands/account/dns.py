"""`newsletter dns`: the records with which the sender's domain lets SES send for it."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    add_command(
        commands,
        "dns",
        stack_options,
        run,
        "the DNS records to publish for the sender's domain",
        "Print the records of DKIM, MAIL FROM and DMARC for the sender's domain, and the MX of that of answers, "
        "each with name, type and value as "
        "providers' forms ask for them. `make deploy` prints them too; `newsletter doctor` looks for them in DNS.",
    )


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    """Print."""
    import boto3

    from cli.doctor.dns.to_publish import show_records
    from cli.faults import Fault
    from newsletter.container import app

    if app.settings.local:
        raise Fault("the local cloud sends no mail outside and needs no records; name a stack with --stack NAME")
    domain = app.publication.sender.address.rpartition("@")[2].lower()
    replies = app.publication.replies
    show_records(domain, str(boto3.Session().region_name), boto3.client, replies.domain if replies else "")
    return 0
