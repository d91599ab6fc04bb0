"""Every mail in every language with its size, and its score where SpamAssassin is installed."""

from __future__ import annotations

from dataclasses import dataclass

from cli.mails import spam
from cli.mails.eml import message
from cli.mails.sample_mails import SampleMail, sample_mails
from cli.output import say, table
from newsletter.mail.preflight_rules import CLIP
from newsletter.mail.templates import Templates
from newsletter.mailings.rendering.preflight import sample_mail
from newsletter.mailings.rendering.renderer import RenderedVariant


@dataclass(frozen=True)
class _Line:
    mail: SampleMail
    language: str
    rendered: RenderedVariant
    bytes: int


def show(templates: Templates) -> list[tuple[str, str]]:
    """Print the table. Returns its faults: mails with the score of spam."""
    lines = [
        _line(mail, language, templates)
        for language in templates.publication.languages
        for mail in sample_mails(templates.publication)
    ]
    if spam.installed():
        judged = spam.scores(
            [message(line.mail.mailing, line.mail.kind, line.rendered.variant, templates) for line in lines]
        )
    else:
        say(spam.MISSING)
        judged = []
    scores: list[spam.Score | None] = [*judged] or [None] * len(lines)
    table(
        ("mail", "language", "HTML kB", "of what Gmail shows", "spam score", "rules"),
        [
            (
                line.mail.name,
                line.language,
                f"{line.bytes / 1000:.1f}",
                f"{line.bytes / CLIP:.0%}",
                f"{score.points + 0.0:.1f}" if score is not None else "–",
                ", ".join(score.rules) if score is not None else "",
            )
            for line, score in zip(lines, scores, strict=True)
        ],
        numbers=("HTML kB", "of what Gmail shows", "spam score"),
    )
    return [
        (f"{line.mail.name} ({line.language})", f"SpamAssassin gives it {score}")
        for line, score in zip(lines, judged, strict=False)
        if score.points >= spam.SPAM_POINTS
    ]


def _line(mail: SampleMail, language: str, templates: Templates) -> _Line:
    """The largest variant of the mail, with the longest links."""
    sizes = {each: sample_mail(each, templates, mail.kind).size for each in mail.rendered(templates, language)}
    largest = max(sizes, key=sizes.__getitem__)
    return _Line(mail, language, largest, sizes[largest])
