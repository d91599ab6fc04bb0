"""The pages and endpoints under /_local: what a person sees and what a program gets."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest
from joserfc import jwk, jwt
from standardwebhooks import Webhook

from rehearsal.cloud import LocalCloud

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = """
    Parameters:
      PublicUrl: { Type: String }
    Resources:
      Identity:
        Type: AWS::SES::EmailIdentity
        Properties: { EmailIdentity: news.example }
      Mails:
        Type: AWS::SES::ConfigurationSet
        Properties: { Name: mails }
      Events:
        Type: AWS::SNS::Topic
      Destination:
        Type: AWS::SES::ConfigurationSetEventDestination
        Properties:
          ConfigurationSetName: !Ref Mails
          EventDestination:
            MatchingEventTypes: [send, delivery, bounce, complaint]
            SnsDestination: { TopicARN: !Ref Events }
      Front:
        Type: AWS::Serverless::Function
        Properties:
          Handler: front.handler.handle
          Environment: { Variables: { NEWSLETTER_SECRETS_PATH: /secrets } }
          Events:
            Page: { Type: HttpApi, Properties: { Path: "/page/{name}", Method: GET } }
      Clock:
        Type: AWS::Serverless::Function
        Properties:
          Handler: clock.handler.handle
          Events:
            Tick: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 hour), Input: '{"now": "x"}' } }
    """
HTML = {"accept": "text/html,application/xhtml+xml"}
FORM = {"content-type": "application/x-www-form-urlencoded", **HTML}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


def call(
    cloud: LocalCloud, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    request = urllib.request.Request(f"{cloud.url}{path}", data=body, method=method, headers=headers or {})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=60) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read().decode())


def form(cloud: LocalCloud, path: str, **fields: str) -> Answer:
    return call(cloud, "POST", path, urlencode(fields).encode(), FORM)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    root = tmp_path_factory.mktemp("pages")
    (root / "template.yaml").write_text(dedent(TEMPLATE))
    for name, answer in {"front": '{"statusCode": 200, "body": "page"}', "clock": '{"done": "<b>yes</b>"}'}.items():
        (root / f"functions/{name}").mkdir(parents=True)
        (root / f"functions/{name}/handler.py").write_text(f"def handle(event, context):\n    return {answer}\n")
    with LocalCloud(root=root) as started:
        yield started


def send(to: str = "reader@example.com", html: str = "<p>Hei</p>", subject: str = "Kesä & työ") -> str:
    """A mail through real SES calls of the cloud that runs; its id."""
    body = {"Html": {"Data": html}, "Text": {"Data": "Hei"}}
    sent = boto3.client("sesv2").send_email(
        FromEmailAddress="News <us@news.example>",
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": subject, "Charset": "UTF-8"}, "Body": body}},
        EmailTags=[{"Name": "mailing", "Value": "m1"}],
        ConfigurationSetName="mails",
    )
    return str(sent["MessageId"])


@pytest.mark.parametrize("path", ["/", "/_local/mail.json", "/_local/token", "/_local/aws", "/_local/ses", "/_local"])
def test_no_name_that_is_made_to_lead_here_reads_what_is_for_this_machine(cloud: LocalCloud, path: str) -> None:
    method = "POST" if path == "/_local/token" else "GET"
    for host in (
        "evil.example",
        f"evil.example:{cloud.port}",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "localhost.evil",
        "[",
    ):
        refused = call(cloud, method, path, headers={"host": host})
        assert (refused.status, "127.0.0.1 or localhost" in refused.text) == (403, True), host
    for host in ("127.0.0.1", f"localhost:{cloud.port}", f"[::1]:{cloud.port}", "demo.localhost"):
        assert call(cloud, method, path, headers={"host": host}).status != 403, host
    assert call(cloud, "GET", "/page/x", headers={"host": "evil.example"}).status == 200


def test_the_start_page_links_everything_and_names_every_scheduled_function(cloud: LocalCloud) -> None:
    page = call(cloud, "GET", "/", headers=HTML)
    assert page.status == 200
    for address in (
        "/_local/blog/",
        "/subscribe",
        "/_local/mail",
        "/_local/crm",
        "/console",
        "/archive",
        "/_local/run/clock",
    ):
        assert f'"{address}"' in page.text
    assert "GET /page/{name}" in page.text


def test_no_page_loads_anything_from_elsewhere(cloud: LocalCloud) -> None:
    for path in ("/", "/_local/mail", "/_local/crm", "/_local/nothing", f"/_local/mail/{send()}"):
        page = call(cloud, "GET", path, headers=HTML)
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert 'src="http' not in page.text
        assert 'href="http' not in page.text


def test_it_is_healthy_once_it_answers(cloud: LocalCloud) -> None:
    assert call(cloud, "GET", "/_local/health").json()["status"] == "ok"


def test_a_run_from_the_start_page_shows_what_came_of_it(cloud: LocalCloud) -> None:
    page = form(cloud, "/_local/run/clock", now="2026-12-01T08:00", as_page="yes")
    assert page.status == 200
    assert "2026-12-01T08:00:00Z" in page.text
    assert "&#34;done&#34;" in page.text
    assert "<b>yes</b>" not in page.text


def test_json_that_curl_calls_a_form_is_read_as_json(cloud: LocalCloud) -> None:
    answer = call(cloud, "POST", "/_local/run/clock", b'{"now": "2026-12-01T08:00:00Z"}', FORM)
    assert answer.json()["now"] == "2026-12-01T08:00:00Z"


def test_an_error_is_a_page_for_a_person_and_json_for_a_program(cloud: LocalCloud) -> None:
    page = call(cloud, "GET", "/_local/mail/none", headers=HTML)
    assert page.status == 404
    assert "There is nothing here" in page.text
    assert "starts empty" in call(cloud, "GET", "/_local/mail/none").json()["error"]
    assert call(cloud, "GET", "/_local/run/clock").status == 405


# --- mailbox ----------------------------------------------------------------------------------------------------------


def test_the_mailbox_lists_mails_newest_first_for_people_and_programs(cloud: LocalCloud) -> None:
    first, second = send("first@example.com"), send("second@example.com")
    listed = call(cloud, "GET", "/_local/mail.json").json()
    assert [mail["id"] for mail in listed[:2]] == [second, first]
    newest = listed[0]
    assert {key: newest[key] for key in ("to", "from", "subject", "html", "text", "tags")} == {
        "to": "second@example.com",
        "from": "News <us@news.example>",
        "subject": "Kesä & työ",
        "html": "<p>Hei</p>",
        "text": "Hei",
        "tags": {"mailing": "m1"},
    }
    assert newest["headers"]["To"] == "second@example.com"
    assert datetime.fromisoformat(newest["at"]) <= datetime.now(UTC)
    page = call(cloud, "GET", "/_local/mail", headers=HTML).text
    assert page.index("second@example.com") < page.index("first@example.com")
    assert "Kesä &amp; työ" in page


def test_a_mail_is_shown_in_a_frame_where_nothing_runs_and_links_open_in_a_new_tab(cloud: LocalCloud) -> None:
    mail = send(
        html='<html><head lang="fi"></head><body><a href="https://x.example/">x</a><script>1</script></body></html>',
    )
    page = call(cloud, "GET", f"/_local/mail/{mail}", headers=HTML).text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    shown = call(cloud, "GET", f"/_local/mail/{mail}/html")
    assert '<head lang="fi"><base target="_blank">' in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "script-src" not in policy
    source = call(cloud, "GET", f"/_local/mail/{mail}/source")
    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert "To: reader@example.com" in source.text


def test_reader_text_on_our_pages_is_escaped(cloud: LocalCloud) -> None:
    mail = send(subject="<script>alert(1)</script>")
    for path in ("/_local/mail", f"/_local/mail/{mail}"):
        page = call(cloud, "GET", path, headers=HTML).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(("what", "event"), [("deliver", "Delivery"), ("bounce", "Bounce"), ("complain", "Complaint")])
def test_a_button_lets_something_happen_to_a_mail(cloud: LocalCloud, what: str, event: str) -> None:
    mail = send(f"{what}@example.com")
    before = cloud.ses.mailbox.get(mail)
    assert before is not None
    assert form(cloud, f"/_local/mail/{mail}/act", what=what).status == 303
    assert event in before.events


def test_an_unknown_act_says_what_would_be_right(cloud: LocalCloud) -> None:
    answer = call(cloud, "POST", f"/_local/mail/{send()}/act", b"what=vanish", {"content-type": FORM["content-type"]})
    assert answer.status == 400
    assert "deliver, bounce" in answer.json()["error"]


def test_the_mailbox_goes_on_page_by_page_to_the_oldest_mail(cloud: LocalCloud) -> None:
    sent = [send(f"page-{number}@example.com") for number in range(5)]
    path, listed = "/_local/mail.json?limit=2", []
    while path and sent[0] not in listed:
        answer = call(cloud, "GET", path)
        assert len(answer.json()) <= 2
        listed += [mail["id"] for mail in answer.json()]
        assert int(answer.headers["x-total-count"]) >= 5
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert listed[:5] == sent[::-1]


def test_the_mailbox_shows_a_hundred_mails_and_leads_on_to_the_older_ones(cloud: LocalCloud) -> None:
    sent = [send(f"many-{number}@example.com") for number in range(101)]
    newest = call(cloud, "GET", "/_local/mail").text
    assert sent[1] in newest
    assert sent[0] not in newest
    assert sent[0] in call(cloud, "GET", f"/_local/mail?before={sent[1]}").text
    assert f"?before={sent[1]}" in newest


def test_the_mailbox_shows_mails_to_one_address_alone(cloud: LocalCloud) -> None:
    mine, other = send("only-me@example.com"), send("somebody-else@example.com")
    page = call(cloud, "GET", "/_local/mail?to=only-me@example.com").text
    assert mine in page
    assert other not in page
    assert [mail["id"] for mail in call(cloud, "GET", "/_local/mail.json?to=only-me@example.com").json()] == [mine]


@pytest.mark.parametrize("limit", ["0", "many", "-1", "1.5"])
def test_a_limit_that_is_none_says_what_would_be_right(cloud: LocalCloud, limit: str) -> None:
    answer = call(cloud, "GET", f"/_local/mail.json?limit={limit}")
    assert answer.status == 400
    assert "a whole number from 1 on" in answer.json()["error"]


def test_the_mailbox_can_be_emptied(cloud: LocalCloud) -> None:
    send()
    assert form(cloud, "/_local/mail/clear").status == 303
    assert call(cloud, "GET", "/_local/mail.json").json() == []


# --- CRM --------------------------------------------------------------------------------------------------------------


def webhook(cloud: LocalCloud, name: str, body: str = '{"type": "lead.created"}', secret: str = "") -> Answer:
    path = "/secrets/webhook_secrets"
    known = boto3.client("ssm").get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"]
    at = datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret or known).sign(name, at, body),
    }
    return call(cloud, "POST", "/_local/crm/webhook", body.encode(), headers)


def newest_webhook(cloud: LocalCloud) -> dict[str, Any]:
    found: dict[str, Any] = call(cloud, "GET", "/_local/crm.json").json()[0]
    return found


def test_a_rightly_signed_webhook_is_taken_and_kept_as_received(cloud: LocalCloud) -> None:
    assert webhook(cloud, "w1", '{"type":  "lead.created", "ä": 1}').status == 204
    newest = newest_webhook(cloud)
    assert newest["body"] == '{"type":  "lead.created", "ä": 1}'
    assert newest["headers"]["webhook-id"] == "w1"
    assert (newest["verified"], newest["duplicate"], newest["answer"]) == (True, False, 204)
    assert "&#34;lead.created&#34;" in call(cloud, "GET", "/_local/crm", headers=HTML).text


def test_a_repeat_is_taken_and_marked(cloud: LocalCloud) -> None:
    webhook(cloud, "w2")
    assert webhook(cloud, "w2").status == 204
    assert newest_webhook(cloud)["duplicate"] is True


@pytest.mark.parametrize(
    "headers", [{}, {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "nonsense"}]
)
def test_a_wrong_signature_is_refused_and_shown(cloud: LocalCloud, headers: dict[str, str]) -> None:
    assert call(cloud, "POST", "/_local/crm/webhook", b"{}", headers).status == 401
    assert newest_webhook(cloud)["verified"] is False


def test_another_secret_is_a_wrong_signature(cloud: LocalCloud) -> None:
    assert webhook(cloud, "w3", secret="whsec_" + base64.b64encode(b"x" * 32).decode()).status == 401


def test_an_outage_can_be_rehearsed_and_what_it_refused_is_no_repeat_later(cloud: LocalCloud) -> None:
    assert form(cloud, "/_local/crm/outage", minutes="10").status == 303
    assert webhook(cloud, "w4").status == 500
    assert "Out of order" in call(cloud, "GET", "/_local/crm", headers=HTML).text
    form(cloud, "/_local/crm/outage", minutes="0")
    assert webhook(cloud, "w4").status == 204
    assert newest_webhook(cloud)["duplicate"] is False


def test_an_outage_of_nonsense_length_is_refused(cloud: LocalCloud) -> None:
    for minutes in ("-1", "soon", "99999", ""):
        assert form(cloud, "/_local/crm/outage", minutes=minutes).status == 400


def test_the_crm_can_forget(cloud: LocalCloud) -> None:
    webhook(cloud, "w5")
    form(cloud, "/_local/crm/clear")
    assert call(cloud, "GET", "/_local/crm.json").json() == []


# --- signing in -------------------------------------------------------------------------------------------------------


def claims(cloud: LocalCloud, token: str) -> dict[str, Any]:
    """The claims, verified with the published key."""
    found = call(cloud, "GET", "/_local/oidc/.well-known/openid-configuration").json()
    keys = jwk.KeySet.import_key_set(call(cloud, "GET", found["jwks_uri"].removeprefix(cloud.url)).json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


def test_a_program_gets_a_token_that_the_published_key_verifies(cloud: LocalCloud) -> None:
    token = call(cloud, "POST", "/_local/token").json()["token"]
    found = claims(cloud, token)
    assert (found["iss"], found["aud"], found["sub"]) == (f"{cloud.url}/_local/oidc", "console", "marketing")
    assert found["exp"] > datetime.now(UTC).timestamp() + 3600
    assert "campaigns:send" in found["scope"].split()


def test_a_program_gets_a_token_of_each_role(cloud: LocalCloud) -> None:
    for role in ("look", "write", "send", "administer"):
        token = call(cloud, "POST", "/_local/token", json.dumps({"role": role}).encode()).json()["token"]
        assert claims(cloud, token)["scope"] == f"openid email newsletter:{role}"
        assert claims(cloud, token)["sub"] == role
    for wrong in ("boss", 7):
        refused = call(cloud, "POST", "/_local/token", json.dumps({"role": wrong}).encode())
        assert (refused.status, "look, write, send, administer" in refused.text) == (400, True)


def test_a_person_of_each_role_can_sign_in(cloud: LocalCloud) -> None:
    page = call(cloud, "GET", f"/_local/oidc/authorize?{urlencode(authorization(cloud, 'v' * 43))}", headers=HTML).text
    assert re.findall(r'name="role" value="(\w+)"', page) == ["look", "write", "send", "administer"]
    back = form(cloud, "/_local/oidc/authorize", **authorization(cloud, "v" * 43), role="write").headers["location"]
    tokens = exchanged(cloud, parse_qs(urlsplit(back).query)["code"][0], "v" * 43).json()
    assert claims(cloud, tokens["id_token"])["cognito:groups"] == ["newsletter-write"]
    assert form(cloud, "/_local/oidc/authorize", **authorization(cloud, "v" * 43), role="boss").status == 400


def test_a_token_with_other_claims_can_be_had_to_try_refusals(cloud: LocalCloud) -> None:
    token = call(cloud, "POST", "/_local/token", b'{"claims": {"aud": "other"}}').json()["token"]
    assert claims(cloud, token)["aud"] == "other"


def authorization(cloud: LocalCloud, verifier: str, **changed: str) -> dict[str, str]:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return {
        "response_type": "code",
        "client_id": "console",
        "redirect_uri": f"{cloud.url}/console/callback",
        "state": "s&t",
        "nonce": "n",
        "scope": "openid",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    } | changed


def code(cloud: LocalCloud, verifier: str) -> str:
    answer = form(cloud, "/_local/oidc/authorize", **authorization(cloud, verifier))
    assert answer.status == 303
    back = urlsplit(answer.headers["location"])
    assert (back.path, parse_qs(back.query)["state"]) == ("/console/callback", ["s&t"])
    return parse_qs(back.query)["code"][0]


def exchanged(cloud: LocalCloud, code: str, verifier: str) -> Answer:
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    return form(
        cloud, "/_local/oidc/token", redirect_uri=f"{cloud.url}/console/callback", client_id="console", **fields
    )


def test_a_person_signs_in_with_one_button_and_the_console_gets_tokens_for_the_code(cloud: LocalCloud) -> None:
    page = call(cloud, "GET", f"/_local/oidc/authorize?{urlencode(authorization(cloud, 'v'))}", headers=HTML)
    assert "Sign in as marketing" in page.text
    answer = exchanged(cloud, code(cloud, "v"), "v").json()
    assert claims(cloud, answer["id_token"])["nonce"] == "n"
    assert claims(cloud, answer["access_token"])["aud"] == "console"


def test_a_code_is_good_once_and_with_its_own_verifier_only(cloud: LocalCloud) -> None:
    used = code(cloud, "v")
    assert exchanged(cloud, used, "v").status == 200
    for answer in (
        exchanged(cloud, used, "v"),
        exchanged(cloud, code(cloud, "v"), "w"),
        exchanged(cloud, "made up", "v"),
    ):
        assert (answer.status, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"redirect_uri": "https://elsewhere.example/"}, "redirect_uri must be a page below"),
        ({"redirect_uri": "//elsewhere.example/"}, "redirect_uri must be a page below"),
        ({"client_id": "other"}, "client_id must be console"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"code_challenge_method": "plain"}, "with code_challenge_method S256"),
    ],
)
def test_a_wrong_sign_in_request_is_refused_before_any_redirect(
    cloud: LocalCloud, changed: dict[str, str], words: str
) -> None:
    query = authorization(cloud, "v", **changed)
    for answer in (
        call(cloud, "GET", f"/_local/oidc/authorize?{urlencode(query)}", headers=HTML),
        form(cloud, "/_local/oidc/authorize", **query),
    ):
        assert answer.status == 400
        assert words in answer.text
