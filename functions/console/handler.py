"""The console: the paths of its pages (/console) and of the JSON API (/api/v1), and who may use each."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from console import session
from console.audited import audited
from console.campaigns import api as campaign_api
from console.campaigns import pages, views
from console.principal import NotSignedIn, principal_of
from console.problems import problem
from console.request import Request
from console.responses import redirect
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
    report,
    sequences,
    sign_in,
)
from console.routes.daily import articles, audit, digest_preview, exports, forms, import_api, imports, overview, readers
from newsletter.container import app
from newsletter.leads.manage.acts import Act
from newsletter.mailings.control.control_mailing import Control
from newsletter.overview.article_choices import ArticleAct
from newsletter.platform.observability import observed
from newsletter.platform.web.answer import Answer
from newsletter.platform.web.router import Router, Routes, View


def with_token(view: View, *, sends: bool = False) -> View:
    """A view of the API, for requests with a bearer token of the issuer (RFC 6750); cookies are ignored."""

    def checked(request: Request, **in_path: str) -> Answer:
        scheme, _, token = request.header("authorization").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn
        who = principal_of(app.oidc.verify(token.strip()))
        if sends:
            who.require_sending()
        return audited(request, who, in_path, lambda: view(request, who, **in_path))

    return checked


def signed_in(view: View, *, sends: bool = False) -> View:
    """A page, for users with a session; a form must also have the user's form token."""

    def checked(request: Request, **in_path: str) -> Answer:
        try:
            who = session.principal(request)
        except NotSignedIn:
            if request.method == "POST":
                raise
            return redirect(f"/console/login?next={quote(request.path)}")
        if request.method == "POST":
            session.check_form(request, who)
        if sends:
            who.require_sending()
        return audited(request, who, in_path, lambda: view(request, who, **in_path))

    return checked


PATHS: Routes = (
    ("/console", {"GET": signed_in(overview.show)}),
    ("/console/mailings", {"GET": signed_in(report.show_mailings)}),
    ("/console/mailings/{mailing}", {"GET": signed_in(report.show_mailing)}),
    *(
        (f"/console/mailings/{{mailing}}/{act}", {"POST": signed_in(control.button(act), sends=True)})
        for act in Control
    ),
    ("/console/mailings/{mailing}/archive", {"POST": signed_in(corrections.press_archive, sends=True)}),
    (
        "/console/mailings/{mailing}/clickers",
        {"GET": signed_in(clickers.show, sends=True), "POST": signed_in(clickers.press_csv, sends=True)},
    ),
    ("/console/mailings/{mailing}/comments", {"GET": signed_in(mailing_details.show_comments)}),
    ("/console/mailings/{mailing}/mail", {"GET": signed_in(mailing_details.show_mail)}),
    ("/console/mailings/{mailing}/relink", {"POST": signed_in(corrections.press_relink, sends=True)}),
    ("/console/digests/next", {"GET": signed_in(digest_preview.show), "POST": signed_in(digest_preview.find)}),
    ("/console/digests/next/mail", {"GET": signed_in(digest_preview.show_mail)}),
    ("/console/digests/{period}", {"GET": signed_in(digest.show)}),
    ("/console/digests/{period}/mail", {"GET": signed_in(digest.show_mail)}),
    ("/console/digests/{period}/approve", {"POST": signed_in(digest.press_approve, sends=True)}),
    ("/console/digests/{period}/reject", {"POST": signed_in(digest.press_reject, sends=True)}),
    (
        "/console/digests/{which}/note",
        {"GET": signed_in(digest_note.show_form, sends=True), "POST": signed_in(digest_note.take_form, sends=True)},
    ),
    ("/console/campaign.js", {"GET": views.show_script}),
    ("/console/campaigns", {"GET": signed_in(views.show_list)}),
    (
        "/console/campaigns/new",
        {"GET": signed_in(pages.show_form, sends=True), "POST": signed_in(pages.take_form, sends=True)},
    ),
    (
        "/console/campaigns/{campaign}",
        {"GET": signed_in(pages.show_one, sends=True), "POST": signed_in(pages.take_form, sends=True)},
    ),
    ("/console/campaigns/{campaign}/mail", {"GET": signed_in(views.show_mail)}),
    ("/console/campaigns/{campaign}/versions", {"GET": signed_in(views.show_versions, sends=True)}),
    ("/console/audiences", {"GET": signed_in(audiences.show_list), "POST": signed_in(audiences.take_form)}),
    ("/console/leads", {"GET": signed_in(leads.show_list)}),
    ("/console/leads/endpoint", {"POST": signed_in(leads.switch_endpoint_on, sends=True)}),
    ("/console/leads/{lead}", {"GET": signed_in(leads.show)}),
    *((f"/console/leads/{{lead}}/{act}", {"POST": signed_in(leads.button(act), sends=True)}) for act in Act),
    ("/console/readers", {"GET": signed_in(readers.show_list), "POST": signed_in(readers.find)}),
    (
        "/console/readers/{subscriber}",
        {"GET": signed_in(readers.show), "POST": signed_in(readers.change, sends=True)},
    ),
    ("/console/readers/{subscriber}/end", {"POST": signed_in(readers.end, sends=True)}),
    ("/console/import.js", {"GET": imports.show_script}),
    (
        "/console/imports",
        {"GET": signed_in(imports.show_list, sends=True), "POST": signed_in(imports.upload, sends=True)},
    ),
    ("/console/imports/{job}", {"GET": signed_in(imports.show, sends=True)}),
    ("/console/imports/{job}/parts/{part}", {"POST": signed_in(imports.upload_part, sends=True)}),
    *(
        (f"/console/imports/{{job}}/{act.__name__}", {"POST": signed_in(act, sends=True)})
        for act in (imports.check, imports.start, imports.cancel)
    ),
    ("/console/imports/{job}/lines", {"GET": signed_in(imports.show_lines, sends=True)}),
    ("/console/imports/{job}/refused.csv", {"GET": signed_in(imports.show_refused, sends=True)}),
    (
        "/console/exports",
        {"GET": signed_in(exports.show_list, sends=True), "POST": signed_in(exports.start, sends=True)},
    ),
    ("/console/exports/{job}", {"GET": signed_in(exports.show, sends=True)}),
    ("/console/exports/{job}/files/{file}", {"GET": signed_in(exports.download, sends=True)}),
    ("/console/forms", {"GET": signed_in(forms.show)}),
    ("/console/forms/preview", {"GET": signed_in(forms.show_preview)}),
    ("/console/articles", {"GET": signed_in(articles.show_list)}),
    ("/console/articles/{article}", {"GET": signed_in(articles.show)}),
    ("/console/articles/{article}/retopic", {"POST": signed_in(articles.change_topics, sends=True)}),
    *(
        (f"/console/articles/{{article}}/{act}", {"POST": signed_in(articles.button(act), sends=True)})
        for act in ArticleAct
    ),
    ("/console/audit", {"GET": signed_in(audit.show)}),
    ("/console/feeds", {"GET": signed_in(feeds.show), "POST": signed_in(feeds.check)}),
    ("/console/feeds/accept", {"POST": signed_in(feeds.accept, sends=True)}),
    ("/console/sequences", {"GET": signed_in(sequences.show_list)}),
    ("/console/sequences/{sequence}", {"GET": signed_in(sequences.show_one)}),
    ("/console/login", {"GET": sign_in.login}),
    ("/console/callback", {"GET": sign_in.callback}),
    ("/console/logout", {"GET": sign_in.ask_to_sign_out, "POST": signed_in(sign_in.sign_out)}),
    ("/api/v1/openapi.json", {"GET": api.show_openapi}),
    ("/api/v1/audiences", {"GET": with_token(audiences.list_saved), "POST": with_token(audiences.create, sends=True)}),
    ("/api/v1/audiences/count", {"POST": with_token(audiences.count_one)}),
    ("/api/v1/audiences/why", {"POST": with_token(audiences.explain)}),
    (
        "/api/v1/audiences/{audience}",
        {
            "GET": with_token(audiences.show_saved),
            "PUT": with_token(audiences.put, sends=True),
            "DELETE": with_token(audiences.delete, sends=True),
        },
    ),
    (
        "/api/v1/campaigns",
        {"GET": with_token(campaign_api.list_all), "POST": with_token(campaign_api.start, sends=True)},
    ),
    (
        "/api/v1/campaigns/{campaign}",
        {
            "GET": with_token(campaign_api.show),
            "PUT": with_token(campaign_api.put, sends=True),
            "DELETE": with_token(campaign_api.delete, sends=True),
        },
    ),
    ("/api/v1/campaigns/{campaign}/versions", {"GET": with_token(campaign_api.list_versions)}),
    *(
        (f"/api/v1/campaigns/{{campaign}}/{act.__name__}", {"POST": with_token(act, sends=True)})
        for act in (campaign_api.send, campaign_api.unschedule, campaign_api.test, campaign_api.duplicate)
    ),
    ("/api/v1/mailings", {"GET": with_token(api.list_mailings)}),
    ("/api/v1/mailings/{mailing}", {"GET": with_token(api.show_mailing)}),
    ("/api/v1/mailings/{mailing}/clickers", {"GET": with_token(clickers.list_all, sends=True)}),
    ("/api/v1/mailings/{mailing}/comments", {"GET": with_token(mailing_details.list_comments)}),
    ("/api/v1/mailings/{mailing}/mail", {"GET": with_token(mailing_details.get_mail)}),
    ("/api/v1/mailings/{mailing}/recipients", {"GET": with_token(api.list_recipients)}),
    *(
        (f"/api/v1/mailings/{{mailing}}/{act}", {"POST": with_token(control.endpoint(act), sends=True)})
        for act in Control
    ),
    ("/api/v1/mailings/{mailing}/archive", {"POST": with_token(corrections.set_archive, sends=True)}),
    ("/api/v1/mailings/{mailing}/relink", {"POST": with_token(corrections.correct_link, sends=True)}),
    ("/api/v1/digests", {"GET": with_token(digest.list_digests)}),
    ("/api/v1/digests/preview", {"POST": with_token(digest_preview.preview)}),
    ("/api/v1/digests/{period}/approve", {"POST": with_token(digest.approve, sends=True)}),
    ("/api/v1/digests/{period}/reject", {"POST": with_token(digest.reject, sends=True)}),
    (
        "/api/v1/digests/{which}/note",
        {"GET": with_token(digest_note.show), "PUT": with_token(digest_note.put, sends=True)},
    ),
    ("/api/v1/leads", {"GET": with_token(leads.list_all)}),
    ("/api/v1/leads/{lead}", {"GET": with_token(leads.show_one)}),
    *((f"/api/v1/leads/{{lead}}/{act}", {"POST": with_token(leads.api_act(act), sends=True)}) for act in Act),
    ("/api/v1/subscribers", {"GET": with_token(readers.list_all)}),
    ("/api/v1/subscribers/count", {"GET": with_token(readers.count)}),
    ("/api/v1/subscribers/find", {"POST": with_token(readers.find_one)}),
    (
        "/api/v1/subscribers/{subscriber}",
        {"GET": with_token(readers.show_one), "PUT": with_token(readers.put, sends=True)},
    ),
    ("/api/v1/subscribers/{subscriber}/end", {"POST": with_token(readers.end_one, sends=True)}),
    ("/api/v1/forms/html", {"GET": with_token(forms.show_json)}),
    (
        "/api/v1/imports",
        {"GET": with_token(import_api.list_all, sends=True), "POST": with_token(import_api.create, sends=True)},
    ),
    ("/api/v1/imports/{job}", {"GET": with_token(import_api.show, sends=True)}),
    ("/api/v1/imports/{job}/parts/{part}", {"PUT": with_token(import_api.put, sends=True)}),
    ("/api/v1/imports/{job}/lines", {"GET": with_token(import_api.show_lines, sends=True)}),
    *(
        (f"/api/v1/imports/{{job}}/{act.__name__}", {"POST": with_token(act, sends=True)})
        for act in (import_api.check, import_api.start, import_api.cancel)
    ),
    (
        "/api/v1/exports",
        {"GET": with_token(exports.api_list, sends=True), "POST": with_token(exports.api_start, sends=True)},
    ),
    ("/api/v1/exports/{job}", {"GET": with_token(exports.api_show, sends=True)}),
    ("/api/v1/exports/{job}/files/{file}", {"GET": with_token(exports.download, sends=True)}),
    ("/api/v1/audit", {"GET": with_token(audit.show_json)}),
    ("/api/v1/overview", {"GET": with_token(overview.show_json)}),
    ("/api/v1/decisions", {"GET": with_token(api.list_decisions)}),
    ("/api/v1/feeds", {"GET": with_token(feeds.list_feeds)}),
    ("/api/v1/feeds/check", {"POST": with_token(feeds.check_one)}),
    ("/api/v1/sequences/{sequence}", {"GET": with_token(sequences.show_funnel)}),
    ("/api/v1/articles/{article}", {"GET": with_token(articles.show_one)}),
    ("/api/v1/articles/{article}/retopic", {"POST": with_token(articles.api_retopic, sends=True)}),
    *(
        (f"/api/v1/articles/{{article}}/{act}", {"POST": with_token(articles.api_act(act), sends=True)})
        for act in ArticleAct
    ),
    ("/api/v1/articles", {"GET": with_token(api.list_articles)}),
)
"""`sends`: only for users who may send campaigns. Views with neither `with_token` nor `signed_in` are public."""
ROUTER = Router(PATHS)


@observed("console")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API (payload format 2.0)."""
    request = Request(event)
    return respond(request).to(request.method)


def respond(request: Request) -> Answer:
    """The view's answer, or the error page (`problem`) if it raised an error."""
    try:
        _ = request.body  # raises TooLarge for every path
        view, in_path = ROUTER.find(request)
        return view(request, **in_path)
    except Exception as error:  # noqa: BLE001 (every error gets an answer; problem() logs unknown ones)
        return problem(request, error)
