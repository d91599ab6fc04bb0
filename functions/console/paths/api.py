"""The paths of the JSON API, with the role that each needs and how often it may be asked."""

from __future__ import annotations

from console.access.guards import with_token
from console.access.route_rule import ADMINISTER, LOOK, SEND, WRITE, by_step
from console.campaigns import again, live
from console.campaigns import api as campaign_api
from console.pictures import pictures
from console.routes import (
    api,
    audiences,
    clickers,
    control,
    corrections,
    digest,
    digest_note,
    feeds,
    leads,
    mailing_details,
    sequences,
)
from console.routes.daily import articles, audit, digest_preview, exports, forms, import_api, overview, readers
from newsletter.leads.manage.acts import Act
from newsletter.mailings.control.control_mailing import Control
from newsletter.overview.article_choices import ArticleAct
from newsletter.platform.web.router import Routes

API: Routes = (
    ("/api/v1/openapi.json", {"GET": api.show_openapi}),
    (
        "/api/v1/audiences",
        {"GET": with_token(audiences.list_saved, LOOK), "POST": with_token(audiences.create, WRITE)},
    ),
    ("/api/v1/audiences/count", {"POST": with_token(audiences.count_one, LOOK, costly=True)}),
    ("/api/v1/audiences/why", {"POST": with_token(audiences.explain, SEND)}),
    (
        "/api/v1/audiences/{audience}",
        {
            "GET": with_token(audiences.show_saved, LOOK),
            "PUT": with_token(audiences.put, WRITE),
            "DELETE": with_token(audiences.delete, WRITE),
        },
    ),
    (
        "/api/v1/campaigns",
        {
            "GET": with_token(campaign_api.list_all, LOOK),
            "POST": with_token(campaign_api.start, by_step(SEND, draft=WRITE)),
        },
    ),
    (
        "/api/v1/campaigns/{campaign}",
        {
            "GET": with_token(campaign_api.show, LOOK),
            "PUT": with_token(campaign_api.put, by_step(WRITE, schedule=SEND)),
            "DELETE": with_token(campaign_api.delete, WRITE),
        },
    ),
    ("/api/v1/campaigns/{campaign}/preview", {"GET": with_token(live.preview, LOOK)}),
    ("/api/v1/campaigns/{campaign}/versions", {"GET": with_token(campaign_api.list_versions, LOOK)}),
    ("/api/v1/campaigns/{campaign}/send", {"POST": with_token(campaign_api.send, SEND)}),
    ("/api/v1/campaigns/{campaign}/unschedule", {"POST": with_token(campaign_api.unschedule, SEND)}),
    ("/api/v1/campaigns/{campaign}/test", {"POST": with_token(campaign_api.test, WRITE, costly=True)}),
    ("/api/v1/campaigns/{campaign}/duplicate", {"POST": with_token(campaign_api.duplicate, WRITE)}),
    ("/api/v1/mailings", {"GET": with_token(api.list_mailings, LOOK)}),
    ("/api/v1/mailings/{mailing}", {"GET": with_token(api.show_mailing, LOOK)}),
    ("/api/v1/mailings/{mailing}/clickers", {"GET": with_token(clickers.list_all, SEND, costly=True)}),
    ("/api/v1/mailings/{mailing}/comments", {"GET": with_token(mailing_details.list_comments, LOOK)}),
    ("/api/v1/mailings/{mailing}/mail", {"GET": with_token(mailing_details.get_mail, LOOK)}),
    ("/api/v1/mailings/{mailing}/recipients", {"GET": with_token(api.list_recipients, LOOK)}),
    *((f"/api/v1/mailings/{{mailing}}/{act}", {"POST": with_token(control.endpoint(act), SEND)}) for act in Control),
    ("/api/v1/mailings/{mailing}/archive", {"POST": with_token(corrections.set_archive, SEND)}),
    ("/api/v1/mailings/{mailing}/relink", {"POST": with_token(corrections.correct_link, SEND)}),
    ("/api/v1/mailings/{mailing}/send-again", {"POST": with_token(again.api_send_again, SEND)}),
    ("/api/v1/digests", {"GET": with_token(digest.list_digests, LOOK)}),
    ("/api/v1/digests/preview", {"POST": with_token(digest_preview.preview, LOOK)}),
    ("/api/v1/digests/{period}/approve", {"POST": with_token(digest.approve, SEND)}),
    ("/api/v1/digests/{period}/reject", {"POST": with_token(digest.reject, SEND)}),
    (
        "/api/v1/digests/{which}/note",
        {"GET": with_token(digest_note.show, LOOK), "PUT": with_token(digest_note.put, WRITE)},
    ),
    ("/api/v1/pictures", {"GET": with_token(pictures.list_all, LOOK), "POST": with_token(pictures.post, WRITE)}),
    ("/api/v1/leads", {"GET": with_token(leads.list_all, LOOK)}),
    ("/api/v1/leads/{lead}", {"GET": with_token(leads.show_one, LOOK)}),
    *(
        (f"/api/v1/leads/{{lead}}/{act}", {"POST": with_token(leads.api_act(act), SEND, again=leads.api_acted)})
        for act in Act
    ),
    ("/api/v1/subscribers", {"GET": with_token(readers.list_all, LOOK)}),
    ("/api/v1/subscribers/count", {"GET": with_token(readers.count, LOOK, costly=True)}),
    ("/api/v1/subscribers/find", {"POST": with_token(readers.find_one, ADMINISTER)}),
    (
        "/api/v1/subscribers/{subscriber}",
        {"GET": with_token(readers.show_one, LOOK), "PUT": with_token(readers.put, ADMINISTER)},
    ),
    ("/api/v1/subscribers/{subscriber}/end", {"POST": with_token(readers.end_one, ADMINISTER, again=readers.show_one)}),
    ("/api/v1/forms/html", {"GET": with_token(forms.show_json, LOOK)}),
    (
        "/api/v1/imports",
        {"GET": with_token(import_api.list_all, ADMINISTER), "POST": with_token(import_api.create, ADMINISTER)},
    ),
    ("/api/v1/imports/{job}", {"GET": with_token(import_api.show, ADMINISTER)}),
    ("/api/v1/imports/{job}/parts/{part}", {"PUT": with_token(import_api.put, ADMINISTER)}),
    ("/api/v1/imports/{job}/lines", {"GET": with_token(import_api.show_lines, ADMINISTER)}),
    *(
        (f"/api/v1/imports/{{job}}/{act.__name__}", {"POST": with_token(act, ADMINISTER)})
        for act in (import_api.check, import_api.start, import_api.cancel)
    ),
    (
        "/api/v1/exports",
        {"GET": with_token(exports.api_list, ADMINISTER), "POST": with_token(exports.api_start, ADMINISTER)},
    ),
    ("/api/v1/exports/{job}", {"GET": with_token(exports.api_show, ADMINISTER)}),
    ("/api/v1/exports/{job}/files/{file}", {"GET": with_token(exports.download, ADMINISTER)}),
    ("/api/v1/audit", {"GET": with_token(audit.show_json, ADMINISTER)}),
    ("/api/v1/overview", {"GET": with_token(overview.show_json, LOOK)}),
    ("/api/v1/decisions", {"GET": with_token(api.list_decisions, LOOK)}),
    ("/api/v1/feeds", {"GET": with_token(feeds.list_feeds, LOOK)}),
    ("/api/v1/feeds/check", {"POST": with_token(feeds.check_one, LOOK, costly=True)}),
    ("/api/v1/sequences/{sequence}", {"GET": with_token(sequences.show_funnel, LOOK)}),
    ("/api/v1/articles/{article}", {"GET": with_token(articles.show_one, LOOK)}),
    ("/api/v1/articles/{article}/retopic", {"POST": with_token(articles.api_retopic, WRITE)}),
    *(
        (f"/api/v1/articles/{{article}}/{act}", {"POST": with_token(articles.api_act(act), WRITE)})
        for act in ArticleAct
    ),
    ("/api/v1/articles", {"GET": with_token(api.list_articles, LOOK)}),
)
"""Views without `with_token` are public."""
