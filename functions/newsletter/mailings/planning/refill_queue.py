"""Every few minutes: queue batches from the backlog, as far as the queue has room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import RequeueShard

if TYPE_CHECKING:
    from newsletter.container import Container


def refill_queue(isolated: Isolated, app: Container) -> int:
    """Ask the planner to queue more of every shard in the backlog; how many those are.

    Shards of a mailing that is paused, held or waiting stay in the backlog, since resuming it queues them anew; those
    of one that is over are removed. Shards with engaged readers go before the rest of all others. Mailings alternate
    shard by shard, so that none waits for the end of another.
    """
    waiting: dict[str, list[str]] = {}
    engaged: dict[str, list[str]] = {}
    with isolated.piece("batches that wait for their turn"):
        for mailing, shard, rest in app.backlog.waiting():
            waiting.setdefault(mailing, []).append(shard)
            if not rest:
                engaged.setdefault(mailing, []).append(shard)
    going: list[RequeueShard] = []
    for mailing, shards in waiting.items():
        with isolated.piece(f"mailing {mailing}"):
            status = app.statuses.status(mailing)
            if status is None or status.state.is_final:
                for shard in shards:
                    app.backlog.clear(mailing, shard)
            elif status.state.is_sending:
                going += [RequeueShard(mailing, shard, anew=False) for shard in engaged.get(mailing, shards)]
    going.sort(key=lambda message: (message.shard, message.mailing))
    with isolated.piece("batches that wait for their turn"):
        app.queues.send_all(app.queues.plan, going)
    return len(going)
