"""The preview of a whole mail, as a reader of that name gets it, or one without a name."""

from __future__ import annotations

from markupsafe import escape

from newsletter.container import app
from newsletter.mail.mail_links import without_canary
from newsletter.mail.placeholders import substitute
from newsletter.mail.writing.personal_fields import personal_values
from newsletter.mailings.rendering.renderer import RenderedVariant
from newsletter.platform.web.answer import BARE, Answer

# The mail brings its own styles and images, but scripts and forms must not work.
MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; frame-ancestors 'none'"
)


def whole_mail(mail: RenderedVariant, name: str = "") -> Answer:
    """The mail's HTML, with a greeting for that `name`. Its links lead to their targets; links to a reader's own pages
    have the token `preview`."""
    variant, links = mail
    hello_html, _ = app.templates.greeting(variant.language, name)
    values = dict.fromkeys(variant.placeholders, "preview") | {"hello_html": hello_html}
    values |= personal_values(variant.placeholders, {"name": name})
    html = substitute(without_canary(variant.html), values)
    for key, url in links:
        html = html.replace(f"{app.settings.public_url}/c/preview/{key}", str(escape(url)))
    about = {"Content-Type": "text/html; charset=utf-8", "Content-Language": variant.language}
    return Answer(200, {**about, **BARE, "Content-Security-Policy": MAIL_POLICY}, html)
