"""`newsletter audience list`, `count`, `why`, `save` and `forget`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group

RULE_HELP = """\
RULE is the name of a saved audience, a file with a rule in JSON or YAML, or the rule itself. Every field that is
there must fit:

  topics, topics_all, topics_none          lists of topics: one of them, each of them, none of them
  languages: [fi, sv]   frequency: weekly  as readers chose
  signed_up_from, signed_up_before         days such as 2026-11-24
  signed_up_by: [import readers.csv]       forms, by the address of their page, and imports
  got, not_got, clicked, not_clicked       ids of digests and campaigns; only people's clicks count
  clicked_in_days, not_clicked_in_days     1 to 365
  lead_states: [won]   score_at_least: 40  of their leads
  addresses: [maija@example.com]           kept as keyed hashes
  exclude: {got: [campaign-kevat]}         whoever fits is left out; several: a list

  newsletter audience count '{"topics": ["linkedin"], "not_clicked_in_days": 90}'
"""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    group = add_group(commands, "audience", "whom campaigns are for: count, ask about an address, save")
    listed = add_command(group, "list", stack_options, _list, "the saved audiences")
    counted = add_command(
        group, "count", stack_options, _count, "how many readers are in it, and who is left out", RULE_HELP
    )
    told = add_command(
        group, "why", stack_options, _why, "whether an address is in it, and why not (exit code 1)", RULE_HELP
    )
    saved = add_command(group, "save", stack_options, _save, "save a rule with a name", RULE_HELP)
    gone = add_command(group, "forget", stack_options, _forget, "forget a saved one; mailings keep their rule")
    saved.add_argument("name", metavar="NAME")
    gone.add_argument("name", metavar="NAME")
    for each in (counted, told, saved):
        each.add_argument("rule", metavar="RULE")
    told.add_argument("address", metavar="ADDRESS")
    saved.add_argument("--replace", action="store_true", help="put it in place of the one of that name")
    for each in (listed, counted, told, saved):
        each.add_argument("--json", action="store_true", help="for programs")


def _list(options: argparse.Namespace) -> int:
    from cli.audiences import audiences

    return audiences.list_saved(as_json=options.json)


def _count(options: argparse.Namespace) -> int:
    from cli.audiences import audiences

    return audiences.count(options.rule, as_json=options.json)


def _why(options: argparse.Namespace) -> int:
    from cli.audiences import audiences

    return audiences.why(options.rule, options.address, as_json=options.json)


def _save(options: argparse.Namespace) -> int:
    from cli.audiences import audiences

    return audiences.save(options.name, options.rule, replace=options.replace, as_json=options.json)


def _forget(options: argparse.Namespace) -> int:
    from cli.audiences import audiences

    return audiences.forget(options.name)
