"""The tick's care for mailings that are longer than the queue: whatever shard waits goes on as far as there is room."""

from __future__ import annotations

from newsletter.adapters.backlog import Backlog
from newsletter.adapters.courses import Courses
from newsletter.adapters.queues import Queues
from newsletter.domain.messages import GoOn
from newsletter.usecases.isolation import Isolated


def refill_queue(isolated: Isolated, *, backlog: Backlog, courses: Courses, queues: Queues) -> int:
    """Have every shard that waits go on; how many those are.

    Shards of a mailing that stands still wait on, until whoever resumes it has them begin anew; those of one that is
    over are forgotten. Mailings take turns shard by shard, so that none waits for the end of another.
    """
    waiting: dict[str, list[str]] = {}
    with isolated.piece("batches that wait for their turn"):
        for mailing, shard in backlog.waiting():
            waiting.setdefault(mailing, []).append(shard)
    going: list[GoOn] = []
    for mailing, shards in waiting.items():
        with isolated.piece(f"mailing {mailing}"):
            course = courses.course(mailing)
            if course is None or course.state.over:
                for shard in shards:
                    backlog.clear(mailing, shard)
            elif course.state.sends:
                going += [GoOn(mailing, shard, anew=False) for shard in shards]
    going.sort(key=lambda message: (message.shard, message.mailing))
    with isolated.piece("batches that wait for their turn"):
        queues.send_all(queues.plan, going)
    return len(going)
