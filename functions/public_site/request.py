"""What a browser, mail program or scanner sent, read with limits on everything."""

from __future__ import annotations

from functools import cached_property

from newsletter.container import app
from newsletter.leads.visits.evidence import Evidence
from newsletter.platform.errors import InvalidInput, NewsletterError
from newsletter.platform.web.request import HttpRequest, TooLarge
from newsletter.platform.words.accepted_languages import accepted_languages
from newsletter.publication.publication import Publication
from newsletter.readers.signup.networks import network_of
from public_site import form_data
from public_site.form_data import Fields
from public_site.source_address import source_address

MAX_HEADER = 300
"""Characters of a header that are kept as evidence."""

TELLING_HEADERS = (
    "accept",
    "accept-language",
    "purpose",
    "sec-purpose",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-user",
    "via",
    "x-purpose",
)
"""Headers by which a person can be told from a scanner or a prefetch."""


class UnsupportedType(NewsletterError):
    """The body has a media type that is not read (`form_data.TYPES`)."""


class Request(HttpRequest):
    """A request of a browser, mail program or scanner."""

    MAX_BODY = 10_240
    """A filled-in form with every topic has less than a tenth of it."""
    UNREADABLE = "pages.errors.body"

    def header(self, name: str) -> str:
        """The header, cut to 300 characters."""
        return super().header(name)[:MAX_HEADER]

    def whole_header(self, name: str) -> str:
        """The header, of any length that API Gateway takes (10 kB for all together)."""
        return super().header(name)

    @property
    def sends_json(self) -> bool:
        """Whether the body says it is JSON."""
        return self._media_type == form_data.JSON

    @property
    def wants_json(self) -> bool:
        """Whether the answer should be JSON: if the request has a JSON body, or accepts JSON and not HTML."""
        accept = self.header("accept").lower()
        return self.sends_json or ("application/json" in accept and "text/html" not in accept)

    @property
    def _media_type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

    def refuse_other_types(self) -> None:
        """Raises UnsupportedType for a body whose type is neither a form's nor JSON; without a type it is a form."""
        if self._media_type not in form_data.TYPES:
            raise UnsupportedType

    @cached_property
    def fields(self) -> Fields:
        """The fields of the body: form-encoded, multipart or JSON, each with all its values.

        Raises TooLarge, and InvalidInput on `body` or on the field if they cannot be read.
        """
        return form_data.read(self.body, self._headers.get("content-type", ""))

    @cached_property
    def readable(self) -> bool:
        """Whether `fields` can be read at all."""
        try:
            _ = self.fields
        except (InvalidInput, TooLarge):
            return False
        return True

    def field(self, name: str) -> str:
        """The first value of the field, without white space around it; empty when it is not there.

        Raises InvalidInput on the field for JSON that is neither text nor null.
        """
        return next(iter(self.texts(name, most=1)), "").strip()

    def texts(self, name: str, most: int = form_data.MAX_FIELDS) -> tuple[str, ...]:
        """All values of a field that may be repeated; in JSON a list of texts or one text. Raises InvalidInput."""
        return self.fields.texts(name, most)

    def ticked(self, name: str) -> bool:
        """Whether a checkbox is ticked. Every value that is not in `form_data.YES` means no: consent is not guessed."""
        return self.fields.yes(name)

    def language(self, publication: Publication, own: str = "") -> str:
        """The language to answer in: `?lang=`, then the reader's `own`, then Accept-Language, then the default."""
        wanted = (self.query("lang"), own, *accepted_languages(self.header("accept-language")))
        return next((language for language in wanted if language in publication.languages), publication.languages[0])

    @property
    def network(self) -> str:
        """The network of the sender instead of the full address: /24 of IPv4, /64 of IPv6; empty for loopback."""
        seen = self._event["requestContext"]["http"].get("sourceIp", "")
        return network_of(source_address(seen, self._headers, app.settings.cdn_secret))

    @property
    def evidence(self) -> Evidence:
        """The method, user agent, network and headers by which to tell a person from a scanner."""
        headers = {name: self.header(name) for name in TELLING_HEADERS if name in self._headers}
        return Evidence(self.method, self.header("user-agent"), self.network, headers)
