"""`newsletter leads list`, `show`, `send`, `drop`, `replay`, `rejudge`, `test` and `endpoint`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group, from_1_to_1000

ID = "of the lead; the beginning of it will not do"


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    leads = add_group(commands, "leads", "who took up an offer, and what the CRM was told of it")
    _add_list(leads, stack_options)
    show = add_command(
        leads,
        "show",
        stack_options,
        _show,
        "a lead: why we think that it was a person, what they read, and what the CRM said",
        "Everything known of a lead. Exit code 1 while the CRM was told of it and has not taken it.",
    )
    _add_lead(show)
    _add_addresses(show)
    _add_acts(leads, stack_options)
    _add_rejudge(leads, stack_options)
    _add_endpoint(leads, stack_options)


def _add_list(leads: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    listed = add_command(
        leads,
        "list",
        stack_options,
        _list,
        "leads, the newest first",
        "Leads, the newest first. With --json, `cursor` is what --cursor takes to see the next page.",
    )
    listed.add_argument("--state", metavar="STATE", default="", help="held, kept, handed_off, accepted, won, lost, …")
    listed.add_argument("--temperature", metavar="KIND", default="", help="hot (pressed, answered) or warm (clicked)")
    listed.add_argument("--offer", metavar="KEY", default="", help="of this offer")
    listed.add_argument("--mailing", metavar="ID", default="", help="that this mailing brought")
    listed.add_argument("--since", metavar="DAY", default="", help="made on this day or later, e.g. 2026-11-24")
    listed.add_argument("--limit", metavar="N", type=from_1_to_1000, default=20, help="how many, 1 to 1000 (20)")
    listed.add_argument("--cursor", metavar="TEXT", default="", help="the page after that which gave it")
    _add_addresses(listed)


def _add_acts(leads: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    send = add_command(
        leads,
        "send",
        stack_options,
        _send,
        "hand a lead to sales that is held or was kept",
        "Hand a lead to sales that is held, or was kept because a machine pressed. Again, nothing is sent again.",
    )
    drop = add_command(
        leads,
        "drop",
        stack_options,
        _drop,
        "never hand a lead to sales",
        "Never hand a lead to sales that is held or was kept.",
    )
    replay = add_command(
        leads,
        "replay",
        stack_options,
        _replay,
        "tell the CRM again what it was told of a lead",
        "Send the CRM again what it was told of a lead, in order and under the same ids: a receiver that honours ids "
        "takes nothing twice.",
    )
    for command in (send, drop, replay):
        _add_lead(command)
        _add_json(command)


def _add_rejudge(leads: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    rejudge = add_command(
        leads,
        "rejudge",
        stack_options,
        _rejudge,
        "judge anew whether a person pressed, by the rules of today",
        "Judge leads anew by the rules of today (templates/scanners.toml). Where the verdict turns, the CRM is told.",
    )
    which = rejudge.add_mutually_exclusive_group(required=True)
    which.add_argument("lead", metavar="ID", nargs="?", help=ID)
    which.add_argument("--all", action="store_true", help="every lead of the last days")
    rejudge.add_argument("--days", metavar="N", type=int, choices=range(1, 8), default=7, help="with --all, 1 to 7 (7)")
    _add_json(rejudge)


def _add_endpoint(leads: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    test = add_command(
        leads,
        "test",
        stack_options,
        _test,
        "send the CRM a test event",
        "Send the CRM one event as a lead would, with a made-up contact and marked as a test, and say what it answered "
        "and what would be wrong with it. Exit code 1 when it was not taken.",
    )
    _add_json(test)
    endpoint = add_command(
        leads,
        "endpoint",
        stack_options,
        _endpoint,
        "whether the CRM's endpoint takes leads, rests or is switched off",
        "How the CRM's endpoint stands. Exit code 1 when it is switched off or rests.",
    )
    endpoint.add_argument("--on", action="store_true", help="switch it on again, or end its rest, once it is mended")
    _add_json(endpoint)


def _add_lead(command: argparse.ArgumentParser) -> None:
    command.add_argument("lead", metavar="ID", help=ID)


def _add_addresses(command: argparse.ArgumentParser) -> None:
    command.add_argument("--addresses", action="store_true", help="with addresses, names and what readers wrote")
    _add_json(command)


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")


def _list(options: argparse.Namespace) -> int:
    from cli.leads import show_leads

    filters = {name: getattr(options, name) for name in ("state", "temperature", "offer", "mailing", "since")}
    return show_leads.show_list(
        filters, options.limit, options.cursor, addresses=options.addresses, as_json=options.json
    )


def _show(options: argparse.Namespace) -> int:
    from cli.leads import show_leads

    return show_leads.show(options.lead, addresses=options.addresses, as_json=options.json)


def _send(options: argparse.Namespace) -> int:
    from cli.leads.act_on_lead import act

    return act("send", options.lead, as_json=options.json)


def _drop(options: argparse.Namespace) -> int:
    from cli.leads.act_on_lead import act

    return act("drop", options.lead, as_json=options.json)


def _replay(options: argparse.Namespace) -> int:
    from cli.leads.act_on_lead import act

    return act("replay", options.lead, as_json=options.json)


def _rejudge(options: argparse.Namespace) -> int:
    from cli.leads import act_on_lead

    if options.all:
        return act_on_lead.rejudge_all(options.days, as_json=options.json)
    return act_on_lead.act("rejudge", options.lead, as_json=options.json)


def _test(options: argparse.Namespace) -> int:
    from cli.leads import crm_endpoint

    return crm_endpoint.test(as_json=options.json)


def _endpoint(options: argparse.Namespace) -> int:
    from cli.leads import crm_endpoint

    return crm_endpoint.show(on=options.on, as_json=options.json)
