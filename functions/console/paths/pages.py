"""The paths of the console's pages, with the role that each needs."""

from __future__ import annotations

from console.access.guards import signed_in
from console.access.route_rule import ADMINISTER, ANYBODY, LOOK, SEND, WRITE, by_step
from console.campaigns import again, pages, views
from console.pictures import pictures
from console.routes import (
    audiences,
    clickers,
    control,
    corrections,
    digest,
    digest_note,
    feeds,
    leads,
    mailing_details,
    report,
    sequences,
    sign_in,
)
from console.routes.daily import articles, audit, digest_preview, exports, forms, imports, overview, readers
from console.wording import switch
from newsletter.leads.manage.acts import Act
from newsletter.mailings.control.control_mailing import Control
from newsletter.overview.article_choices import ArticleAct
from newsletter.platform.web.router import Routes

PAGES: Routes = (
    ("/console", {"GET": signed_in(overview.show, LOOK)}),
    ("/console/mailings", {"GET": signed_in(report.show_mailings, LOOK)}),
    ("/console/mailings/{mailing}", {"GET": signed_in(report.show_mailing, LOOK)}),
    *((f"/console/mailings/{{mailing}}/{act}", {"POST": signed_in(control.button(act), SEND)}) for act in Control),
    ("/console/mailings/{mailing}/archive", {"POST": signed_in(corrections.press_archive, SEND)}),
    (
        "/console/mailings/{mailing}/clickers",
        {"GET": signed_in(clickers.show, SEND), "POST": signed_in(clickers.press_csv, SEND)},
    ),
    ("/console/mailings/{mailing}/comments", {"GET": signed_in(mailing_details.show_comments, LOOK)}),
    ("/console/mailings/{mailing}/mail", {"GET": signed_in(mailing_details.show_mail, LOOK)}),
    ("/console/mailings/{mailing}/relink", {"POST": signed_in(corrections.press_relink, SEND)}),
    ("/console/mailings/{mailing}/send-again", {"POST": signed_in(again.press_send_again, SEND)}),
    (
        "/console/digests/next",
        {"GET": signed_in(digest_preview.show, LOOK), "POST": signed_in(digest_preview.find, LOOK)},
    ),
    ("/console/digests/next/mail", {"GET": signed_in(digest_preview.show_mail, LOOK)}),
    ("/console/digests/{period}", {"GET": signed_in(digest.show, LOOK)}),
    ("/console/digests/{period}/mail", {"GET": signed_in(digest.show_mail, LOOK)}),
    ("/console/digests/{period}/approve", {"POST": signed_in(digest.press_approve, SEND)}),
    ("/console/digests/{period}/reject", {"POST": signed_in(digest.press_reject, SEND)}),
    (
        "/console/digests/{which}/note",
        {"GET": signed_in(digest_note.show_form, WRITE), "POST": signed_in(digest_note.take_form, WRITE)},
    ),
    ("/console/campaign.js", {"GET": views.show_script}),
    ("/console/campaigns", {"GET": signed_in(views.show_list, LOOK)}),
    (
        "/console/campaigns/new",
        {
            "GET": signed_in(pages.show_form, WRITE),
            "POST": signed_in(pages.take_form, by_step(WRITE, send=SEND, schedule=SEND, unschedule=SEND)),
        },
    ),
    ("/console/campaigns/preview", {"POST": signed_in(pages.show_preview, WRITE)}),
    (
        "/console/campaigns/{campaign}",
        {
            "GET": signed_in(pages.show_one, WRITE),
            "POST": signed_in(pages.take_form, by_step(WRITE, send=SEND, schedule=SEND, unschedule=SEND)),
        },
    ),
    ("/console/campaigns/{campaign}/mail", {"GET": signed_in(views.show_mail, LOOK)}),
    ("/console/campaigns/{campaign}/versions", {"GET": signed_in(views.show_versions, WRITE)}),
    ("/console/pictures", {"GET": signed_in(pictures.show_list, LOOK), "POST": signed_in(pictures.take_form, WRITE)}),
    (
        "/console/audiences",
        {
            "GET": signed_in(audiences.show_list, LOOK),
            "POST": signed_in(audiences.take_form, by_step(LOOK, why=SEND, save=WRITE, replace=WRITE, forget=WRITE)),
        },
    ),
    ("/console/leads", {"GET": signed_in(leads.show_list, LOOK)}),
    ("/console/leads/endpoint", {"POST": signed_in(leads.switch_endpoint_on, ADMINISTER)}),
    ("/console/leads/{lead}", {"GET": signed_in(leads.show, LOOK)}),
    *((f"/console/leads/{{lead}}/{act}", {"POST": signed_in(leads.button(act), SEND)}) for act in Act),
    ("/console/readers", {"GET": signed_in(readers.show_list, LOOK), "POST": signed_in(readers.find, ADMINISTER)}),
    (
        "/console/readers/{subscriber}",
        {"GET": signed_in(readers.show, LOOK), "POST": signed_in(readers.change, ADMINISTER)},
    ),
    ("/console/readers/{subscriber}/end", {"POST": signed_in(readers.end, ADMINISTER)}),
    ("/console/import.js", {"GET": imports.show_script}),
    ("/console/moving.js", {"GET": overview.show_script}),
    (
        "/console/imports",
        {"GET": signed_in(imports.show_list, ADMINISTER), "POST": signed_in(imports.upload, ADMINISTER)},
    ),
    ("/console/imports/{job}", {"GET": signed_in(imports.show, ADMINISTER)}),
    ("/console/imports/{job}/parts/{part}", {"POST": signed_in(imports.upload_part, ADMINISTER)}),
    *(
        (f"/console/imports/{{job}}/{act.__name__}", {"POST": signed_in(act, ADMINISTER)})
        for act in (imports.check, imports.start, imports.cancel)
    ),
    ("/console/imports/{job}/lines", {"GET": signed_in(imports.show_lines, ADMINISTER)}),
    ("/console/imports/{job}/refused.csv", {"GET": signed_in(imports.show_refused, ADMINISTER)}),
    (
        "/console/exports",
        {"GET": signed_in(exports.show_list, ADMINISTER), "POST": signed_in(exports.start, ADMINISTER)},
    ),
    ("/console/exports/{job}", {"GET": signed_in(exports.show, ADMINISTER)}),
    ("/console/exports/{job}/files/{file}", {"GET": signed_in(exports.download, ADMINISTER)}),
    ("/console/forms", {"GET": signed_in(forms.show, LOOK)}),
    ("/console/forms/preview", {"GET": signed_in(forms.show_preview, LOOK)}),
    ("/console/articles", {"GET": signed_in(articles.show_list, LOOK)}),
    ("/console/articles/{article}", {"GET": signed_in(articles.show, LOOK)}),
    ("/console/articles/{article}/retopic", {"POST": signed_in(articles.change_topics, WRITE)}),
    *((f"/console/articles/{{article}}/{act}", {"POST": signed_in(articles.button(act), WRITE)}) for act in ArticleAct),
    ("/console/audit", {"GET": signed_in(audit.show, ADMINISTER)}),
    ("/console/feeds", {"GET": signed_in(feeds.show, LOOK), "POST": signed_in(feeds.check, LOOK)}),
    ("/console/feeds/accept", {"POST": signed_in(feeds.accept, ADMINISTER)}),
    ("/console/sequences", {"GET": signed_in(sequences.show_list, LOOK)}),
    ("/console/sequences/{sequence}", {"GET": signed_in(sequences.show_one, LOOK)}),
    ("/console/language", {"POST": switch.choose}),
    ("/console/login", {"GET": sign_in.login}),
    ("/console/callback", {"GET": sign_in.callback}),
    ("/console/logout", {"GET": sign_in.ask_to_sign_out, "POST": signed_in(sign_in.sign_out, ANYBODY)}),
)
"""Views without `signed_in` are public."""
