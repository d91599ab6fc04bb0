"""`newsletter check`: what is wrong with a publication, its templates and texts, and with the stack."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError, TemplateSyntaxError

from cli.checks import mail_table, secret_parameters, sequences
from cli.checks.campaign import EXAMPLE_URL
from cli.checks.contrast import low_contrasts
from cli.checks.crm_mapping import mapping_faults
from cli.checks.stack import stack_differences
from cli.mails.sample_mails import SampleMail, sample_mails
from cli.output import facts, say
from newsletter.leads.visits.reasons import MESSAGES
from newsletter.leads.visits.rules import read_rules
from newsletter.mail.console_words import ENGLISH, ConsoleTexts
from newsletter.mail.locales import VALUE, Locales, Message, MissingText
from newsletter.mail.templates import Templates
from newsletter.mailings.rendering.preflight import Fault, sample_mail
from newsletter.platform.errors import InvalidPublication, NewsletterError
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import read_publication_file

FOLDERS = ("email", "pages", "console", "crm")
ASKED_FOR = re.compile(r"""\b(?:t|in_text)\(\s*["']([a-z0-9_.]+)["']\s*[,)]""")
"""A message that a template uses by its whole name, directly or through the macro of address.html."""

Faults = Iterator[tuple[str, str]]
"""Pairs: the place of the fault, and what would be right."""


def check_publication(
    root: Path, *, deployed: bool, stack: str = "", mails: bool = False, against: Path | None = None
) -> int:
    """Print every fault with its file and field. Returns 1 when there is one. With `mails`, also a table of all mails.
    `against` is an earlier publication file, with which the sequences are compared.

    `deployed`: the environment names a stack, whose secrets and resources are looked at too; by its name `stack`, also
    what CloudFormation, Lambda, IAM, Scheduler and SES say of it.
    """
    found = list(_faults(root))
    templates = Templates(root, EXAMPLE_URL, with_sources=True)
    warnings = []
    if not any(where.startswith(str(root / "publication.toml")) for where, _ in found):
        found += mapping_faults(root, templates)
        looked_over = list(dict.fromkeys(_mails(root, templates)))
        found += [(where, message) for where, message, blocks in looked_over if blocks]
        warnings = [(where, message) for where, message, blocks in looked_over if not blocks]
    if not found:
        edits = list(_edits(root, templates.publication, against, deployed=deployed))
        found += [(where, message) for where, message, is_fault in edits if is_fault]
        warnings += [(where, message) for where, message, is_fault in edits if not is_fault]
    if deployed:
        found += secret_parameters.faults()
    if deployed and not any(where.startswith(str(root / "publication.toml")) for where, _ in found):
        looked_at = list(stack_differences(templates.publication, stack, _client))
        found += [(where, message) for where, message, is_fault in looked_at if is_fault]
        warnings += [(where, message) for where, message, is_fault in looked_at if not is_fault]
    facts({"faults": _as_json(found), "warnings": _as_json(warnings)})
    for where, message in found:
        say(f"{where}: {message}")
    for where, message in warnings:
        say(f"{where}: warning: {message}")
    if mails and not found:
        found += mail_table.show(Templates(root, EXAMPLE_URL))
    if found:
        say(f"{len(found)} fault{'s' if len(found) > 1 else ''}.")
        return 1
    say(f"{root}: no fault found" + ("." if deployed else "; secrets not checked, because no stack was named."))
    return 0


def _edits(
    root: Path, publication: Publication, against: Path | None, *, deployed: bool
) -> Iterator[tuple[str, str, bool]]:
    where = str(root / "publication.toml")
    if against is not None:
        yield from sequences.against_file(where, publication, against)
    if deployed:
        yield from sequences.against_stack(where, publication)


def _as_json(found: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"where": where, "what": message} for where, message in found]


def _client(service: str) -> Any:
    import boto3

    return boto3.client(service)


def _faults(root: Path) -> Faults:
    path = root / "publication.toml"
    publication, wrong = read_publication_file(path)
    for fault in wrong:
        yield (str(path) if fault.field == str(path) else f"{path}: {fault.field}"), fault.message
    try:
        read_rules(root)
    except InvalidPublication as fault:
        file, _, field = fault.field.partition(": ")
        yield f"{root / file}: {field}" if field else str(root / file), fault.message
    if publication is None:
        return
    yield from _syntax(root)
    yield from _messages(root, publication)
    yield from _console_messages(root)
    yield from _sequences(root, publication)


def _syntax(root: Path) -> Faults:
    for path in _template_files(root):
        try:
            mistake = _mistake(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            yield str(path), f"not UTF-8 (byte {error.start})"
            continue
        if mistake is not None:
            line, message = mistake
            yield f"{path}:{line}", message


@cache
def _mistake(template: str) -> tuple[int, str] | None:
    """The line and the message of the first mistake of syntax; a text that is checked again is not parsed again."""
    try:
        Environment(autoescape=True).parse(template)
    except TemplateSyntaxError as error:
        return error.lineno, error.message or "not a template"
    return None


def _messages(root: Path, publication: Publication) -> Faults:
    """Every language has the messages of the default one, with the same values, and all that templates ask for."""
    locales = Locales(root / "locales")
    known: dict[str, Mapping[str, Message]] = {}
    for language in publication.languages:
        try:
            known[language] = locales.messages(language)
        except (MissingText, ValueError) as error:
            yield str(root / "locales" / language), str(error)
    if default := known.get(publication.languages[0]):
        for language, messages in known.items():
            yield from _differences(root / "locales" / language, messages, default, publication.languages[0])
        for key in sorted(MESSAGES - default.keys()):
            yield f"{root / 'locales' / publication.languages[0]}: {key}", "missing here; reasons of leads need it"
        for path in _template_files(root):
            if path.parent.name != "console":
                yield from _unknown_messages(path, default)


def _console_messages(root: Path) -> Faults:
    """Every language of the console has the messages of the English one, and all that its templates ask for."""
    texts = ConsoleTexts(root / "locales")
    try:
        known = {language: texts.all_messages(language) for language in texts.languages}
    except (MissingText, ValueError) as error:
        yield str(root / "locales"), str(error)
        return
    for language, messages in known.items():
        yield from _differences(root / "locales" / language / "console", messages, known[ENGLISH], ENGLISH)
    for path in _template_files(root):
        if path.parent.name == "console":
            yield from _unknown_messages(path, known[ENGLISH])


def _differences(where: Path, messages: Mapping[str, Message], default: Mapping[str, Message], name: str) -> Faults:
    for key in sorted(default.keys() ^ messages.keys()):
        yield f"{where}: {key}", "missing here" if key in default else f"not in {name}"
    for key in sorted(default.keys() & messages.keys()):
        if _values(default[key]) != _values(messages[key]):
            yield f"{where}: {key}", f"takes other values than in {name}"


def _unknown_messages(path: Path, known: Mapping[str, Message]) -> Faults:
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        for key in ASKED_FOR.findall(line):
            if key not in known:
                yield f"{path}:{number}", f"asks for the message {key}, which no language has"


def _sequences(root: Path, publication: Publication) -> Faults:
    templates = Templates(root, EXAMPLE_URL)
    for sequence in publication.sequences.values():
        for step in sequence.steps:
            for language in publication.languages:
                where = f"{root / 'publication.toml'}: sequences.{sequence.key}.steps.{step.key}.body"
                try:
                    if not templates.step_body(step.body, language).strip():
                        yield where, f"{step.body}.{language}.md is empty"
                except InvalidPublication as fault:
                    yield where, fault.message
                except UnicodeDecodeError as error:
                    yield where, f"{step.body}.{language}.md is not UTF-8 (byte {error.start})"


def _mails(root: Path, templates: Templates) -> Iterator[tuple[str, str, bool]]:
    """Faults of every mail, rendered as the product does it: place, message, and whether it must not be sent so."""
    for mail in sample_mails(templates.publication):
        for language in templates.publication.languages:
            try:
                rendered = mail.rendered(templates, language)
            except InvalidPublication:
                continue  # A text of a sequence is missing: _sequences reports it.
            except (TemplateError, NewsletterError, ValueError, OSError) as error:
                yield f"{_place(root, error) or root / 'email'} ({language}, {mail.name})", str(error), True
                continue
            for fault in mail.faults(rendered, templates, language):
                yield f"{_source(root, mail, fault)} ({language}, {mail.name})", fault.message, fault.blocks
            for each in rendered:
                for low in low_contrasts(sample_mail(each, templates, mail.kind).html):
                    yield f"{_template(root, mail, low.at)} ({language}, {mail.name})", str(low), True


def _source(root: Path, mail: SampleMail, fault: Fault) -> str:
    """The template or text in which something is wrong, with the line where it is known."""
    if fault.field == "body":
        return f"{root / mail.text}.{fault.language}.md:{max(fault.line, 1)}"
    return _template(root, mail, fault.template)


def _template(root: Path, mail: SampleMail, at: str) -> str:
    return str(root / (at or f"email/compiled/{mail.template}.html"))


def _place(root: Path, error: Exception) -> str:
    """File and line of the template in which the error arose, if it was one."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(root)]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _template_files(root: Path) -> list[Path]:
    return sorted(
        path
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.suffix in {".html", ".txt", ".json", ".xml", ".j2"} and path.is_file()
    )


def _values(message: Message) -> set[str]:
    texts = [message] if isinstance(message, str) else list(message.values())
    return {name for text in texts for name in VALUE.findall(text)} - {"count"}
