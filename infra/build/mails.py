"""Compiles the mails: templates/email/<name>.mjml becomes templates/email/compiled/<name>.html, which is deployed.

`mails.py` writes them, `mails.py --check` names those that are stale. Two passes: Jinja2 with square brackets puts
partials and blocks together, then the MJML compiler makes tables that every mail program shows. Jinja2 with braces is
left alone: it is filled in for each variant.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from xml.parsers import expat

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from mjml import mjml2html

EMAIL = Path(__file__).resolve().parents[2] / "templates" / "email"
LAYOUT_TAG = re.compile(r"</?mj[a-z-]*")
# Rows stand on lines of their own, so that a change of a source is a small change of what it is compiled to.
ROWS = re.compile(r"(?=<(?:table|tr|td|div|!--\[if mso \| IE\])[ >])")


def compiled(name: str, folder: Path) -> str:
    """The HTML of the source <name>.mjml. Raises ValueError that names the file and what is wrong with it."""
    sources = Environment(
        loader=FileSystemLoader(folder),
        autoescape=False,  # noqa: S701 (sources of our own; what readers see is escaped when it is rendered)
        undefined=StrictUndefined,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
    )
    try:
        source = sources.get_template(f"{name}.mjml").render()
    except TemplateSyntaxError as fault:
        raise ValueError(f"{folder / (fault.name or name)}:{fault.lineno}: {fault.message}") from fault
    except TemplateError as fault:
        raise ValueError(f"{folder / name}.mjml: {fault}") from fault
    try:
        html: str = mjml2html(source, disable_comments=True)
    except ValueError as fault:
        raise ValueError(f"{folder / name}.mjml: {_where_broken(source) or fault}") from fault
    try:
        Environment(autoescape=True).parse(html)
    except TemplateSyntaxError as fault:
        hint = "in attributes and titles write 'this', not \"this\""
        raise ValueError(f"{folder / name}.mjml: {fault.message} ({hint})") from fault
    left = LAYOUT_TAG.search(html)
    if left:
        raise ValueError(f"{folder / name}.mjml: {left[0]}> is no tag of MJML, or not where MJML knows it")
    note = f"{{# Compiled from {name}.mjml by `make mails`: change that, not this. #}}"
    return "\n".join([note, *filter(None, map(str.strip, ROWS.sub("\n", html).split("\n"))), ""])


def _where_broken(source: str) -> str:
    """The first line that is not well-formed, which the MJML compiler does not tell; empty when all are."""
    parser = expat.ParserCreate()
    parser.UseForeignDTD(True)  # so that &nbsp; and the like are known  # noqa: FBT003
    try:
        parser.Parse(source, True)  # noqa: FBT003
    except expat.ExpatError as fault:
        return f"{expat.errors.messages[fault.code]} in {source.splitlines()[fault.lineno - 1].strip()!r}"
    return ""


def main() -> int:
    """Compile or check; the exit status is 1 when a compiled mail is stale or a source is wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="write nothing; name what is stale")
    options.add_argument("folder", nargs="?", type=Path, default=EMAIL)
    wanted = options.parse_args()
    try:
        fresh = {
            wanted.folder / "compiled" / f"{source.stem}.html": compiled(source.stem, wanted.folder)
            for source in sorted(wanted.folder.glob("[!_]*.mjml"))
        }
    except ValueError as fault:
        print(fault, file=sys.stderr)
        return 1
    there = {path: path.read_text(encoding="utf-8") for path in (wanted.folder / "compiled").glob("*.html")}
    stale = sorted(path for path in fresh.keys() | there.keys() if fresh.get(path) != there.get(path))
    if wanted.check:
        for path in stale:
            print(f"{path}: not what its source makes of it; run `make mails`", file=sys.stderr)
        return 1 if stale else 0
    (wanted.folder / "compiled").mkdir(exist_ok=True)
    for path in stale:
        if path in fresh:
            path.write_text(fresh[path], encoding="utf-8")
        else:
            path.unlink()
        print(f"{path.relative_to(wanted.folder.parent.parent)}: {'compiled' if path in fresh else 'removed'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
