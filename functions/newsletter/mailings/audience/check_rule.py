"""A rule as somebody wrote it, checked against what there is, with ids in place of addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from newsletter.mailings.audience.facts import can_be_asked_about, is_over
from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.audience.written import MAX_LISTED, Written, read_rule
from newsletter.platform.aws.items import side_by_side
from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.text import one_line
from newsletter.platform.words.said import say
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.email_address import normalised

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.publication.publication import Publication

LEAD_STATES = ("held", "kept", "handed_off", "accepted", "won", "lost", "retracted", "withdrawn", "dropped")
"""Those of `LeadState`, a later subject; a test compares them."""
ASKED = ("got", "not_got", "clicked", "not_clicked")


def rule_of(given: Mapping[str, Any] | str, app: Container) -> Audience:
    """The rule of a JSON object, or the saved one of that name. Raises InvalidInput that names what needs mending."""
    if isinstance(given, str):
        saved = app.audiences.get(given)
        if saved is None:
            raise InvalidInput("audience", say("no audience {name} is saved", name=repr(given[:60])))
        return checked_rule(saved.rule, app)
    return checked_rule(unchecked_rule(given, app), app)


def unchecked_rule(given: Mapping[str, Any], app: Container) -> Audience:
    """The rule of a JSON object; it may name what there is not (yet). Raises InvalidForm for what is no rule."""
    return _with_ids(read_rule(given), app)


def checked_rule(rule: Audience, app: Container) -> Audience:
    """The rule itself. Raises InvalidForm for topics, languages, states and mailings that there are not."""
    if errors := word_faults(rule, app.publication) | mailing_faults(rule, app):
        raise InvalidForm(errors)
    return rule


def word_faults(rule: Audience, publication: Publication) -> dict[str, str]:
    """What is wrong with topics, languages and states, by field."""
    return _everywhere(rule, lambda each: _word_faults(each, publication))


def mailing_faults(rule: Audience, app: Container, *, later: bool = False) -> dict[str, str]:
    """What is wrong with the mailings that the rule names, by field. `later`: one may still be going out."""
    return _everywhere(rule, lambda each: _mailing_faults(each, app, later=later)) if rule.mailings else {}


def _everywhere(rule: Audience, faults: Callable[[Audience], Iterable[tuple[str, str]]]) -> dict[str, str]:
    rules = [("", rule), *((f"exclude[{number}].", each) for number, each in enumerate(rule.exclude, 1))]
    return {f"{where}{field}": text for where, each in rules for field, text in faults(each)}


def _word_faults(rule: Audience, publication: Publication) -> Iterator[tuple[str, str]]:
    topics = tuple(topic.key for topic in publication.topics)
    for field, known in (
        *((name, topics) for name in ("topics", "topics_all", "topics_none")),
        ("languages", publication.languages),
        ("lead_states", LEAD_STATES),
    ):
        if unknown := _unknown(getattr(rule, field), known):
            yield (
                field,
                say(
                    "{value} is unknown; {choice}",
                    value=repr(unknown),
                    choice=say("choose from {names}", names=", ".join(known)),
                ),
            )


def _mailing_faults(rule: Audience, app: Container, *, later: bool) -> Iterator[tuple[str, str]]:
    for field in ASKED:
        for name in getattr(rule, field):
            mailing = app.mailings.get(name)
            if mailing is None or not can_be_asked_about(mailing):
                yield (
                    field,
                    say("{name} is no digest or campaign that was sent, such as digest-2026-W48", name=repr(name[:80])),
                )
            elif field == "not_got" and not later and not is_over(mailing):
                yield (
                    field,
                    say("{name} is still going out; who did not get it is known when it is complete", name=name),
                )


def _unknown(values: Iterable[str], known: Iterable[str]) -> str:
    return next((value for value in values if value not in known), "")


def _with_ids(written: Written, app: Container) -> Audience:
    own, *others = written.addresses
    rule = _listing(written.rule, own, "", app)
    pairs = zip(rule.exclude, others, strict=True)
    exclude = tuple(_listing(each, found, f"exclude[{n}].", app) for n, (each, found) in enumerate(pairs, 1))
    return replace(
        rule,
        exclude=exclude,
        among=tuple((name, tuple(map(one_line, values))) for name, values in rule.among),
    )


def _listing(rule: Audience, addresses: tuple[str, ...], where: str, app: Container) -> Audience:
    """The rule with the ids that the owners of these addresses have today; the addresses are not kept."""
    given = []
    for number, address in enumerate(addresses, 1):
        try:
            found = normalised(address, allow_test_domains=app.settings.local)
        except InvalidInput as error:
            raise InvalidInput(
                f"{where}addresses", say("number {number} is no address that mail can go to", number=number)
            ) from error
        given.append(app.ids.of(found))
    ids = [*rule.listed, *side_by_side(lambda each: current_subscriber(each, app).id, given)]
    if len(ids) > MAX_LISTED:
        raise InvalidInput(f"{where}addresses", say("at most {most}", most=MAX_LISTED))
    return replace(rule, listed=tuple(dict.fromkeys(ids)))
