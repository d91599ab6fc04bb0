"""`newsletter import` and `export`: readers from and to CSV files."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.parsing import Subparsers, add_command

IMPORT_HELP = """\
Bring readers in from a CSV file. Nobody who left, bounced, complained or was erased is woken up by it, whether they did
so here or as the file says of them.

The first line names the columns: email, and where wanted name, language, topics (keys or labels) and frequency, in
English, Finnish or Swedish. Exports of `newsletter export`, of other newsletter systems and of Outlook and Google come
as they are. Encodings (also UTF-16) and separators are told apart without help;
where an old encoding cannot be, --encoding NAME says it.

  --as pending                     asks each reader to confirm
  --as confirmed --evidence TEXT   they agreed elsewhere; the text is kept as their proof of consent
  --as left                        a list of people who must get no mail; the addresses alone will do

A row that says of its reader that they left is kept as left. A column that looks like it says so and is not understood
stops the import before anything is written:

  --yes-is-left NAME               a yes or a day in it means that the reader left
  --yes-is-mail NAME               a yes or a day in it means that they may be mailed
  --status-column NAME --left VALUE,VALUE --active VALUE,VALUE --pending VALUE,VALUE   (* is every other value)
  --ignore-column NAME             it says nothing of who may be mailed

A column whose name is not understood is named with --column NAME=FIELD (email, name, language, topics, frequency or
left_at).

Rows that cannot be used go to FILE.rejected.csv with line, field and reason; mended, that is a file to import. Stopped
half-way, the same command goes on where it was; a second run of the same file changes nothing.
"""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    bring = add_command(commands, "import", stack_options, _import, "bring readers in from a CSV file", IMPORT_HELP)
    bring.add_argument("file", metavar="FILE", type=Path, help="CSV with a column email")
    bring.add_argument(
        "--as",
        dest="as_",
        metavar="HOW",
        choices=("pending", "confirmed", "left"),
        required=True,
        help="pending, confirmed or left",
    )
    bring.add_argument("--evidence", metavar="TEXT", default="", help="where and when these readers agreed")
    bring.add_argument("--dry-run", action="store_true", help="only say what would happen")
    bring.add_argument("--json", action="store_true", help="for programs")
    bring.add_argument(
        "--status-column", metavar="NAME", action="append", default=[], help="a column that says who left"
    )
    for status, means in (("left", "left"), ("active", "may be mailed"), ("pending", "never confirmed")):
        bring.add_argument(
            f"--{status}", metavar="VALUE,VALUE", default="", help=f"values of that column that mean: {means}"
        )
    for answer, means in (("left", "that the reader left"), ("mail", "that they may be mailed")):
        bring.add_argument(
            f"--yes-is-{answer}",
            metavar="NAME",
            action="append",
            default=[],
            help=f"a column in which a yes or a day means {means}",
        )
    bring.add_argument("--encoding", metavar="NAME", default="", help="how the file is encoded, such as mac_roman")
    bring.add_argument(
        "--ignore-column", metavar="NAME", action="append", default=[], help="a column to leave out of account"
    )
    bring.add_argument(
        "--column", metavar="NAME=FIELD", action="append", default=[], help="a column and the field of a reader it is"
    )
    take = add_command(commands, "export", stack_options, _export, "write readers as CSV")
    take.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    for name, what in (
        ("status", "of this status alone"),
        ("language", "code"),
        ("topic", "key; who chose none has all"),
    ):
        take.add_argument(f"--{name}", metavar=name.upper(), default="", help=what)
    take.add_argument("file", metavar="FILE", type=Path, nargs="?", help="stdout where left out")


def _import(options: argparse.Namespace) -> int:
    from cli.imports.import_readers import import_file
    from newsletter.readers.imports.listed_status import ListedStatus
    from newsletter.readers.imports.options import options_of

    values = {
        ListedStatus.LEFT: options.left,
        ListedStatus.ACTIVE: options.active,
        ListedStatus.PENDING: options.pending,
    }
    return import_file(
        options.file,
        options.as_,
        options.evidence,
        dry=options.dry_run,
        options=options_of(
            options.ignore_column,
            options.status_column,
            values,
            yes_is_left=options.yes_is_left,
            yes_is_mail=options.yes_is_mail,
            encoding=options.encoding,
            fields=[(name, field) for name, _, field in (said.rpartition("=") for said in options.column)],
        ),
        as_json=options.json,
    )


def _export(options: argparse.Namespace) -> int:
    from cli.readers.export_readers import export

    wanted = {"status": options.status, "language": options.language, "topic": options.topic}
    return export(options.file, as_json=options.json, wanted=wanted)
