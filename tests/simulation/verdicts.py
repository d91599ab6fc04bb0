"""What the product made of the visits, compared with who they were."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.container import app


def verdicts(truth: Mapping[str, set[str]]) -> tuple[int, int]:
    """How many readers were judged rightly, and how many at all; (0, 0) where the product keeps no traces.

    Right is: who opened something in person is a person, whatever scanned the mail before; all others are machines.
    """
    if not hasattr(type(app), "visits"):
        return 0, 0
    from newsletter.leads.visits.judge import judge  # type: ignore[import-not-found,unused-ignore]

    right = judged = 0
    for reader, kinds in truth.items():
        subscriber, _, mailing = reader.partition(" ")
        judgement = judge(app.visits.trace_of(subscriber, mailing), app.scanner_rules)  # type: ignore[attr-defined,unused-ignore]
        judged += 1
        right += (judgement.click.kind == "person") == ("person" in kinds)
    return right, judged
