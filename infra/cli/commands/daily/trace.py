"""`newsletter trace`: what happened to a mailing, a batch, a reader or a lead."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    command = add_command(
        commands,
        "trace",
        stack_options,
        _trace,
        "what happened to a mailing, a batch, a reader or a lead, from form to CRM",
        "Tells in the order of time what tables and logs have of an id: form and consents, sequences, mails with their "
        "batches, events and visits with their verdicts, answers, the lead with every attempt to tell the CRM, "
        "decisions, what people did, and log lines. No addresses. At the end stands what was left out. Logs are "
        "searched for the last seven days, or since --since.",
    )
    command.add_argument(
        "id", metavar="ID", help="of a subscriber, a lead, a mailing, or a batch as in digest-2026-W48/a0-0"
    )
    command.add_argument(
        "--since", metavar="WHEN", default="", help="only what happened since: 3d, 12h, 2026-11-20 or an ISO 8601 time"
    )
    command.add_argument("--json", action="store_true", help="for programs")


def _trace(options: argparse.Namespace) -> int:
    from cli.trace.trace import trace

    return trace(options.id, options.since, as_json=options.json)
