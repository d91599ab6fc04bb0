"""Do the next step of an import or an export, and see to the one after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.platform.messages import CarryOnTransfer
from newsletter.readers.transfers.export import next_export_step
from newsletter.readers.transfers.run_import import next_step

if TYPE_CHECKING:
    from newsletter.container import Container


def carry_on(transfer: str, app: Container) -> None:
    """Do one step. The message of the next comes after the step is noted, so that whichever of them a crash loses, this
    message comes back and finds what is left. What nobody knows any more is nothing to do."""
    job = app.transfers.get_import(transfer)
    if job is not None:
        more = next_step(job, app)
    else:
        export = app.transfers.get_export(transfer)
        more = export is not None and next_export_step(export, app.now(), app)
    if more:
        app.queues.send(app.queues.transfers, CarryOnTransfer(transfer))
