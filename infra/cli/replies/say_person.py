"""`newsletter replies person`."""

from __future__ import annotations

import getpass
import json

from cli.faults import Fault
from cli.output import say
from cli.replies.reply_words import fate_in_words
from cli.replies.show_replies import reply_as_json
from newsletter.container import app
from newsletter.platform.errors import NotFound, NotNow, NotSentYet, SentPerhaps
from newsletter.replies import say_person as correcting


def say_person(reply: str, *, as_json: bool) -> int:
    """Say it of one mail, and what came of that."""
    try:
        done = correcting.say_person(reply, f"{getpass.getuser()}, at the command line", app)
    except NotFound as nothing:
        raise Fault(f"there is no {nothing}; `newsletter replies list` names those of the last 30 days") from nothing
    except NotNow as wrong:
        raise Fault(str(wrong)) from wrong
    except NotSentYet as wrong:
        raise Fault(f"SES did not take it ({wrong}); run the command again") from wrong
    except SentPerhaps as wrong:
        raise Fault(
            f"nobody knows whether SES took it ({wrong}); look into the mailbox, and run the command again"
        ) from wrong
    if as_json:
        print(json.dumps({"reply": reply_as_json(done)}, ensure_ascii=False, indent=2))
        return 0
    lead = f" Its lead: newsletter leads show {done.lead}" if done.lead else ""
    nobody = "" if done.subscriber else " Nobody with this address is a reader, so that nothing else follows."
    say(f"Taken for a person's: {fate_in_words(done)}.{lead}{nobody}")
    return 0
