"""Preflight of a campaign or a digest: what is wrong is told with its place, and what is broken does not go out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsletter.mail.mail_html import without_sources
from newsletter.mail.preflight_rules import Rule
from newsletter.mail.templates import Templates
from newsletter.mailings.count_audience import AudienceCount
from newsletter.mailings.launch import Prepared
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.mailings.rendering.preflight import (
    Fault,
    PreflightFailed,
    preflight_campaign,
    preflight_digest,
)
from tests.support.mailings import mails
from tests.support.mailings.mails import LANGUAGES, MAILS, PUBLIC_URL, article, templates
from tests.support.mailings.templates import TEMPLATES

WITH_SOURCES = Templates(TEMPLATES, PUBLIC_URL, with_sources=True)
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


def campaign(body: str, **changes: Any) -> Mailing:
    audience = Audience(languages=("fi", "sv"))
    mailing = Mailing("campaign-x", Kind.CAMPAIGN, NOW, audience, subject="Kevät", body=body, language="fi")
    return replace(mailing, **changes)


def told(mailing: Mailing) -> list[tuple[Rule, bool, str, int]]:
    return [(fault.rule, fault.blocks, fault.field, fault.line) for fault in preflight_campaign(mailing, templates)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("## Hei\n\n[Lue](https://a.example/x) ja [kirjoita](mailto:a@b.fi).", []),
        ("![Kuva](https://k.example/a.png){width=600 height=300}", []),
        ("Moi\n\n[lue](/x)", [(Rule.LINK, True, "body", 3)]),
        ("Moi\n[lue](http://localhost:3000/x)", [(Rule.LINK, True, "body", 2)]),
        ("Moi\n\n- [](https://a.example/x)", [(Rule.LINK_TEXT, True, "body", 3)]),
        ("Moi\n\nHei {{ nimi }}!", [(Rule.FOREIGN_PLACEHOLDER, True, "body", 3)]),
        ("Hei {{ first_name | ystävä }}, soita [meille](tel:+358401234567)!", []),
        ("<b>A</b>\n\n[lue](/x)", [(Rule.HTML, True, "body", 1), (Rule.LINK, True, "body", 3)]),
        ("Moi\n\n![](https://k.example/a.png){width=600 height=300}", [(Rule.ALT, False, "body", 3)]),
        ("Moi\n\n![Kuva](https://k.example/a.png)", [(Rule.PICTURE_SIZE, False, "body", 3)]),
        ("## A\n\nMoi\n\n#### B", [(Rule.HEADINGS, False, "body", 5)]),
        ("Sanoja ja sanoja. " * 6_000, [(Rule.SIZE, True, "body", 0)]),
    ],
)
def test_a_fault_of_a_campaign_is_told_with_its_line(body: str, expected: list[tuple[Rule, bool, str, int]]) -> None:
    assert told(campaign(body)) == expected


def test_a_fault_in_the_subject_is_told_with_its_field() -> None:
    assert told(campaign("Moi", subject="{{ nimi }}, hei")) == [(Rule.FOREIGN_PLACEHOLDER, True, "subject", 0)]
    assert told(campaign("Moi", subject="{{ first_name | Sinä }}, hei", preheader="{{ name | Sinä }}")) == []
    assert told(campaign("Moi", subject="Hei *|FNAME|*")) == [(Rule.FOREIGN_PLACEHOLDER, True, "subject", 0)]


def looked_at(body: str) -> Prepared:
    mailing = campaign(body)
    faults = tuple(preflight_campaign(mailing, templates))
    return Prepared(mailing, faults=faults, readers=AudienceCount(1, complete=True))


def test_what_is_broken_does_not_go_out_and_what_is_doubtful_is_only_said() -> None:
    with pytest.raises(PreflightFailed) as refused:
        looked_at("Moi\n\n[lue](/x)\n\n![](https://k.example/a.png){width=600 height=300}").check()
    assert refused.value.field == "body"
    assert refused.value.message.startswith("line 3: “[lue](/x)” stays text")
    assert "line 5" not in refused.value.message
    assert [fault.line for fault in refused.value.faults] == [3, 5]
    doubtful = looked_at("![](https://k.example/a.png){width=600 height=300}")
    doubtful.check()
    (warning,) = doubtful.faults
    assert (
        str(warning)
        == "line 1: the picture “https://k.example/a.png” has no description; write ![what it shows](address)"
    )


def digest_of(*articles: dict[str, Any]) -> list[Fault]:
    mailing = Mailing("digest-2026-W48", Kind.DIGEST, datetime(2027, 1, 1, tzinfo=UTC), offer="sparraus")
    chosen = [article(number, **given) for number, given in enumerate(articles)]
    return preflight_digest(replace(mailing, articles=tuple(each.id for each in chosen)), chosen, templates)


def test_a_digest_of_good_articles_passes_and_code_in_a_title_is_only_said() -> None:
    assert digest_of({}, {"title": "Toinen"}) == []
    faults = digest_of({"title": "Näin {{ nimi }} toimii"})
    assert {(fault.rule, fault.blocks) for fault in faults} == {(Rule.FOREIGN_PLACEHOLDER, False)}


def test_a_digest_with_an_article_that_no_reader_could_open_does_not_pass() -> None:
    faults = digest_of({}, {"url": "http://10.1.2.3/luonnos"})
    assert [(fault.rule, fault.blocks) for fault in faults] == [(Rule.LINK, True)]


def test_a_fault_of_a_template_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    for part in TEMPLATES.iterdir():
        if part.name != "email":
            (tmp_path / part.name).symlink_to(part)
    shutil.copytree(TEMPLATES / "email", tmp_path / "email")
    path = tmp_path / "email" / "compiled" / "letter.html"
    lines = path.read_text(encoding="utf-8").split("\n")
    (at,) = (number for number, line in enumerate(lines, start=1) if "{{ markdown(body) }}" in line)
    lines[at - 1] = lines[at - 1].replace(
        "{{ markdown(body) }}", '{{ markdown(body) }}<p><img src="https://a.example/"></p>'
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    (fault,) = preflight_campaign(campaign("Moi"), Templates(tmp_path, PUBLIC_URL, with_sources=True))
    assert (fault.rule, fault.template) == (Rule.ALT, f"email/compiled/letter.html:{at}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["digest", "letter", "confirmation", "welcome", "moved"])
def test_a_mail_with_sources_is_the_mail_and_nothing_else(name: str, language: str) -> None:
    plain = MAILS[name](language).html
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mails, "templates", WITH_SOURCES)
        marked = MAILS[name](language).html
    assert "data-at=email,compiled," in marked
    assert without_sources(marked) == plain
