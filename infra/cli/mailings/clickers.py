"""`newsletter mailing clickers`, `comments` and `mail`: who clicked, what those wrote who left, and how it looked."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path

from cli.faults import Fault
from cli.output import facts, say, table
from cli.progress import counted
from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.times import whole_seconds
from newsletter.reports.clickers.clickers import clickers_of
from newsletter.reports.clickers.clickers_csv import COLUMNS, cells_of, csv_lines
from newsletter.reports.count_mailing import count_mailing
from newsletter.reports.groups.left_comments import FEWEST, left_comments
from newsletter.reports.report_as_json import clicker_as_json
from newsletter.reports.report_mailing import report_mailing
from newsletter.reports.sent_mail import SentMail, sent_mail

SHOWN = 50
"""Lines on the terminal; a file and JSON have all."""


def show_clickers(mailing: str, path: str, link: str, *, as_json: bool) -> int:
    """The people who opened a link: on the terminal, as JSON, or all of them as CSV (`-`: to stdout)."""
    found = _mailing(mailing)
    try:
        clickers = clickers_of(found, app, link=link)
        if as_json:
            print(json.dumps({"clickers": [clicker_as_json(each) for each in clickers]}, ensure_ascii=False, indent=2))
        elif path == "-":
            sys.stdout.writelines(csv_lines(counted(clickers, "People")))
        elif path:
            lines = csv_lines(counted(clickers, "People"))
            with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
                number = sum(bool(file.write(line)) for line in lines) - 1
            say(f"{number:,} people in {path}; some may have left, which `status` says.")
        else:
            _print_some(mailing, [cells_of(each) for each in islice(clickers, SHOWN + 1)])
    except InvalidInput as wrong:
        raise Fault(str(wrong)) from wrong
    return 0


def _print_some(mailing: str, rows: list[tuple[object, ...]]) -> None:
    if not rows:
        say("Nobody, as far as is known.")
        return
    heads = [name.replace("_", " ").capitalize() for name in COLUMNS]
    table(heads, ([str(cell) for cell in row] for row in rows[:SHOWN]), ("Links",))
    if len(rows) > SHOWN:
        say(f"The first {SHOWN}. All of them: `newsletter mailing clickers {mailing} --csv FILE`")


def show_comments(mailing: str) -> int:
    """What readers wrote who left with the mailing."""
    found = _mailing(mailing)
    groups = count_mailing(found, app, now=whole_seconds(app.now())).groups
    comments = left_comments(found, groups, app)
    texts = list(comments.texts)
    while comments.cursor is not None:
        comments = left_comments(found, groups, app, after=comments.cursor)
        texts += comments.texts
    facts({"comments": texts, "too_few": comments.few})
    if comments.few:
        say(f"Fewer than {FEWEST} wrote something; it is not shown, for one could tell who wrote what.")
    elif not texts:
        say("Nobody wrote anything.")
    for text in texts:
        say(f"- {text}")
    return 0


def show_mail(mailing: str, variant: str, path: Path | None, *, as_json: bool) -> int:
    """A mail as it was sent: its text, or its HTML in a file. Without a variant, the one that most readers got."""
    found = _mailing(mailing)
    try:
        mail = sent_mail(found, variant or _of_most(mailing), app)
    except NotFound as nothing:
        raise Fault(f"{nothing}; `newsletter mailing show {mailing} --json` names them as `variant`") from nothing
    if as_json:
        print(json.dumps({"mail": mail._asdict()}, ensure_ascii=False, indent=2))
    elif path is not None:
        path.write_text(mail.html, encoding="utf-8")
        say(f"{mail.subject}\n{path}")
    else:
        _print_mail(mail)
    return 0


def _print_mail(mail: SentMail) -> None:
    say(f"{mail.subject}\n\n{mail.text}")


def _of_most(mailing: str) -> str:
    groups = report_mailing(mailing, app, now=whole_seconds(app.now())).stats.groups
    variants = sorted(groups.variants.values(), key=lambda group: (-group.counted.mails, group.example))
    return variants[0].example if variants else ""


def _mailing(mailing: str) -> Mailing:
    found = app.mailings.get(mailing)
    if found is None:
        raise Fault(f"there is no mailing {mailing}; `newsletter mailing list` names them")
    return found
