"""The tick's care for mailings that are longer than the queue: whatever shard waits goes on as far as there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import RequeueShard

if TYPE_CHECKING:
    from newsletter.container import Container


def refill_queue(isolated: Isolated, app: Container) -> int:
    """Have every shard that waits go on; how many those are.

    Shards of a mailing that stands still wait on, until whoever resumes it has them begin anew; those of one that is
    over are forgotten. Mailings take turns shard by shard, so that none waits for the end of another.
    """
    waiting: dict[str, list[str]] = {}
    with isolated.piece("batches that wait for their turn"):
        for mailing, shard in app.backlog.waiting():
            waiting.setdefault(mailing, []).append(shard)
    going: list[RequeueShard] = []
    for mailing, shards in waiting.items():
        with isolated.piece(f"mailing {mailing}"):
            status = app.statuses.status(mailing)
            if status is None or status.state.over:
                for shard in shards:
                    app.backlog.clear(mailing, shard)
            elif status.state.sends:
                going += [RequeueShard(mailing, shard, anew=False) for shard in shards]
    going.sort(key=lambda message: (message.shard, message.mailing))
    with isolated.piece("batches that wait for their turn"):
        app.queues.send_all(app.queues.plan, going)
    return len(going)
