"""`newsletter leads send`, `drop`, `replay` and `rejudge`."""

from __future__ import annotations

import getpass
import json

from cli.faults import Fault
from cli.leads.show_leads import no_such_lead
from cli.output import say, when
from newsletter.container import app
from newsletter.leads.follow_visits import rejudge_all as rejudge_leads
from newsletter.leads.manage.act_on_lead import act_on_lead
from newsletter.leads.manage.acts import SAID, Act
from newsletter.leads.manage.lead_words import state_in_words
from newsletter.leads.manage.leads_as_json import lead_as_json, without_personal_data
from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.times import whole_seconds


def act(name: str, lead: str, *, as_json: bool) -> int:
    """Do it with one lead, and say how it stands then."""
    by = f"{getpass.getuser()}, at the command line"
    try:
        shown = act_on_lead(Act(name), lead, app, by=by, now=whole_seconds(app.now()))
    except NotFound as nothing:
        raise no_such_lead(lead) from nothing
    except NotNow as wrong:
        raise Fault(str(wrong)) from wrong
    if as_json:
        print(json.dumps(without_personal_data({"lead": lead_as_json(shown)}), ensure_ascii=False, indent=2))
        return 0
    zone = app.templates.publication.time_zone
    say(f"{SAID[Act(name)]} {state_in_words(shown, lambda moment: when(moment, zone))}")
    say(f"See how it goes: newsletter leads show {lead}")
    return 0


def rejudge_all(days: int, *, as_json: bool) -> int:
    """Judge every lead of the last days anew."""
    done = rejudge_leads(days, whole_seconds(app.now()), app)
    if as_json:
        print(json.dumps(done, indent=2))
    else:
        say(f"{done['judged']:,} judged anew; {done['changed']:,} of them stand otherwise now.")
    return 0
