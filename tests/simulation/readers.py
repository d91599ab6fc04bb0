"""`make simulate SCANNED=0.7`: a campaign with its readers in it, who are mail scanners for the most part.

READERS and RATE as ever; SCANNED is the share of readers behind a scanner, CONCURRENCY what Lambda gives the account,
and one reader in SAMPLE is played by the real site (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from cli.costs import usage
from tests.simulation.send import Sent, Stage
from tests.simulation.visitors import Visitors


def figures(stage: Stage, sent: Sent) -> list[tuple[str, str]]:
    """Name and value of what was seen of the visits."""
    visitors = stage.visitors
    assert visitors is not None
    seen = visitors.seen
    right, judged = stage.verdicts
    let_in = seen.visits - seen.turned_away.total()
    return [
        ("visits", f"{seen.visits:,}"),
        ("visits in the busiest second", f"{seen.busiest:,}"),
        ("of them played by the real site", f"{seen.answers.total():,}"),
        ("people's clicks", f"{seen.people:,}"),
        ("share of them that reached the article at once", f"{seen.share_at_once:.6f}"),
        ("seconds of the slowest visit in a hundred", f"{seen.p99:.3f}"),
        ("milliseconds that a visit takes of an execution, on average", f"{1000 * seen.executed_s / let_in:.1f}"),
        *(
            (f"milliseconds of it at {path}, where it is played", f"{1000 * fmean(took):.1f}")
            for path, took in sorted(seen.seconds.items())
        ),
        *((f"turned away: {who}", f"{number:,}") for who, number in sorted(seen.turned_away.items())),
        *((f"answered {status} at {path}", f"{number:,}") for (path, status), number in sorted(seen.answers.items())),
        ("executions of Lambda at once, at most", f"{stage.fleet.executions.busiest:,}"),
        *((f"throttled calls on {name}", f"{number:,}") for name, number in sorted(sent.throttled.items())),
        ("per cent of the planned time that sending took", f"{100 * sent.seconds / sent.at_the_latest:.1f}"),
        ("doubtful recipients", f"{sent.certificate.doubtful:,}"),
        *((f"seconds that a message waited in the {queue}", f"{age:,.1f}") for queue, age in ages(stage)),
        ("verdicts that are right", f"{right:,} of {judged:,}" if judged else "no verdicts are kept"),
        ("USD for visits", f"{sum(usage.VISIT.times(seen.visits).usd().values()):.2f}"),
    ]


def ages(stage: Stage) -> Iterator[tuple[str, float]]:
    """The longest that a message was visible in each queue before a function got it."""
    for queue in stage.sqs.long.values():
        if queue.longest_wait:
            yield queue.name.rpartition("-")[2], queue.longest_wait


def broken(visitors: Visitors, sent: Sent) -> list[str]:
    """What is not as promised."""
    seen = visitors.seen
    promises = {
        "every click of a person leads to the article at once": seen.share_at_once == 1.0,
        "nobody is left in doubt": sent.certificate.doubtful == 0,
        "sending keeps its pace": sent.seconds <= sent.at_the_latest,
        "no call is throttled": not sent.throttled,
        "nothing fails": not sent.failures and not sent.dead_letters,
    }
    return [f"NOT KEPT: {promise}" for promise, kept in promises.items() if not kept]
