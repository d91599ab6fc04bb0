"""`newsletter restore merge` and `newsletter work stop | start`: for whoever moves a stack or restores its tables."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    _add_restore(commands, stack_options)
    work = add_group(commands, "work", "what a stack does by itself: schedules and queues")
    add_command(
        work,
        "stop",
        stack_options,
        _stop,
        "stop all of it; readers' pages and console go on",
        "Switch off every schedule of the stack and every function's reading of queues, and wait until that is so and "
        "what was under way has ended. Readers' pages and the console go on; what they ask for waits on the queues.",
    )
    add_command(work, "start", stack_options, _start, "go on with it", "Switch all of it on again.")


def _add_restore(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    group = add_group(commands, "restore", "tables that were restored to a point in time")
    merge = add_command(
        group,
        "merge",
        stack_options,
        _merge,
        "write to a restored table what happened since",
        "Write to the table RESTORED what the table USED has of the time after its point in time: who left, bounced, "
        "complained or was erased, which mails and steps were sent, what became of leads. USED is only read. It is "
        "done once before the stack uses RESTORED, and once after (docs/deploy.md); doing it again changes nothing.",
    )
    merge.add_argument("used", metavar="USED", help="the table that the stack uses, or used until now")
    merge.add_argument("restored", metavar="RESTORED", help="the restored table, of the same kind")
    merge.add_argument("--at", metavar="TIME", default="", help="the point in time, where DynamoDB does not say it")
    merge.add_argument("--dry-run", action="store_true", help="count, and write nothing")


def _merge(options: argparse.Namespace) -> int:
    from cli.restore.merge import merge

    return merge(options.used, options.restored, options.at, dry_run=options.dry_run)


def _stop(options: argparse.Namespace) -> int:
    return switch_stack(options, on=False)


def _start(options: argparse.Namespace) -> int:
    return switch_stack(options, on=True)


def switch_stack(options: argparse.Namespace, *, on: bool) -> int:
    """Stop or start what the stack does by itself."""
    import boto3

    from cli.faults import Fault
    from cli.restore.work import switch
    from newsletter.container import app

    if app.settings.local:
        raise Fault("the local cloud stops with its process; name a stack with --stack NAME")
    name = getattr(options, "stack", "") or app.settings.secrets_path.rpartition("/")[2]
    return switch(name, boto3.client, on=on)
