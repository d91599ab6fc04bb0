"""What stands before the API by a parameter: a domain, a CDN with a web ACL, a login; and nothing of it without."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from newsletter.publication.access.roles import Role
from public_site.source_address import PROOF, VIEWER
from rehearsal.template.cloudformation import read_yaml
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack
from tests.template.stacks import PARAMETERS, ROOT, stack

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222"
WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/newsletter/3333"
OWN_LOGIN = {
    **{name: value for name, value in PARAMETERS.items() if not name.startswith("Oidc")},
    "ConsoleLogin": "cognito",
}
TOKENS = "AbCdEf0123456789-_=.~"


@cache
def everything() -> Stack:
    """The stack with all of it."""
    given = {
        **OWN_LOGIN,
        "Certificate": CERTIFICATE,
        "Cdn": "yes",
        "WebAcl": WEB_ACL,
        "ReplyDomain": "vastaa.example.fi",
    }
    return load_stack(ROOT, given, stack_name="newsletter")


def the(kind: str, of: Stack) -> dict[str, Any]:
    (found,) = of.of_type(kind)
    return dict(found.properties)


def distribution() -> dict[str, Any]:
    return dict(the("AWS::CloudFront::Distribution", everything())["DistributionConfig"])


def routes() -> set[str]:
    return {route.path for function in stack().functions for route in function.routes}


def linked_in_mails() -> set[str]:
    """Paths with a reader's token in them, and pictures."""
    return {path for path in routes() if "{token}" in path or path.startswith("/pictures/")}


def asked(path: str) -> str:
    """The route with something in the place of its parameters."""
    return re.sub(r"\{[^}]+\}", TOKENS, path)


def test_nothing_of_it_is_there_unless_it_is_asked_for() -> None:
    extra = {each.type for each in everything().of_type(*_kinds(everything()))} - _kinds(stack())
    assert {kind.split("::")[1] for kind in extra} == {"CloudFront", "Cognito", "Lambda", "SES", "SecretsManager"}
    assert {each.environment["NEWSLETTER_CDN_SECRET"] for each in stack().functions} == {""}


def _kinds(of: Stack) -> set[str]:
    return {each.type for file in of.resources.values() for each in file.values()}


# --- the domain ------------------------------------------------------------------------------------------------------


def test_with_a_certificate_alone_the_public_name_leads_to_the_api() -> None:
    with_domain = load_stack(ROOT, {**PARAMETERS, "Certificate": CERTIFICATE}, stack_name="newsletter")
    name, mapping = the("AWS::ApiGatewayV2::DomainName", with_domain), the("AWS::ApiGatewayV2::ApiMapping", with_domain)
    assert f"https://{name['DomainName']}" == PARAMETERS["PublicUrl"]
    assert name["DomainNameConfigurations"][0]["CertificateArn"] == CERTIFICATE
    (api,) = with_domain.of_type("AWS::Serverless::HttpApi")
    assert (mapping["ApiId"], mapping["Stage"]) == (api.physical_id, "$default")
    assert list(with_domain.of_type("AWS::CloudFront::Distribution", "AWS::SecretsManager::Secret")) == []


# --- the CDN ---------------------------------------------------------------------------------------------------------

NEVER_KEPT = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""AWS: CloudFront, managed cache policies, CachingDisabled."""
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""AWS: CloudFront, managed origin request policies, AllViewerExceptHostHeader."""


def test_the_cdn_keeps_nothing_that_has_a_token_in_its_path_and_nothing_of_the_console() -> None:
    config = distribution()
    kept = [each["PathPattern"] for each in config["CacheBehaviors"]]
    assert kept
    assert config["DefaultCacheBehavior"]["CachePolicyId"] == NEVER_KEPT
    private = {path for path in routes() if "{token}" in path or path.startswith(("/console", "/api", "/hooks"))}
    assert [path for path in private for pattern in kept if fnmatchcase(asked(path), pattern)] == []
    assert [pattern for pattern in kept if not any(fnmatchcase(asked(path), pattern) for path in routes())] == []


def test_the_cdn_keeps_the_rest_for_as_long_as_we_say_and_for_each_language_and_origin() -> None:
    policy = the("AWS::CloudFront::CachePolicy", everything())["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0), "else no-store and answers without a word are kept"
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["HeadersConfig"]["Headers"] == ["accept-language", "origin"]  # what our answers name in Vary
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}
    assert {each["ErrorCachingMinTTL"] for each in distribution()["CustomErrorResponses"]} == {0}


def test_the_cdn_lets_every_method_and_header_through_and_says_who_asks() -> None:
    config = distribution()
    (function,) = everything().of_type("AWS::CloudFront::Function")
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert set(behaviour["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
        assert behaviour["OriginRequestPolicyId"] == ALL_BUT_HOST
        (association,) = behaviour["FunctionAssociations"]
        assert association["EventType"] == "viewer-request"
        assert association["FunctionARN"].endswith(function.physical_id)
    assert f"event.request.headers['{VIEWER}'] = {{ value: event.viewer.ip }}" in function.properties["FunctionCode"]
    (origin,) = config["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == PROOF
    assert {each.environment["NEWSLETTER_CDN_SECRET"] for each in everything().functions} == {header["HeaderValue"]}
    assert "{{resolve:secretsmanager:" in header["HeaderValue"]


def test_the_cdn_has_the_public_name_the_certificate_and_the_web_acl_or_none_of_them() -> None:
    config = distribution()
    assert config["Aliases"] == ["uutiskirje.example.fi"]
    assert config["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE
    assert config["WebACLId"] == WEB_ACL
    bare = load_stack(ROOT, {**PARAMETERS, "Cdn": "yes"}, stack_name="newsletter")
    config = the("AWS::CloudFront::Distribution", bare)["DistributionConfig"]
    assert config["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert not config.keys() & {"Aliases", "WebACLId"}


# --- the web ACL -----------------------------------------------------------------------------------------------------


def test_the_web_acl_lets_in_whatever_a_mail_links_to_before_any_other_rule() -> None:
    rules = _web_acl()["Rules"]
    first = min(rules, key=lambda rule: rule["Priority"])
    assert first["Action"] == {"Allow": {}}
    pattern = first["Statement"]["RegexMatchStatement"]["RegexString"]
    let_in = {path for path in routes() if re.search(pattern, asked(path))}
    assert linked_in_mails() <= let_in
    assert let_in - linked_in_mails() == {"/hooks/crm"}  # signed
    assert linked_in_mails()


def test_the_web_acl_has_no_rules_that_refuse_scanners_or_what_the_console_is_sent() -> None:
    groups = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"]
        for rule in _web_acl()["Rules"]
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert groups == {"AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet"}
    assert _web_acl()["Scope"] == "CLOUDFRONT"


def _web_acl() -> dict[str, Any]:
    return dict(read_yaml(ROOT / "infra/web-acl.yaml", "web-acl.yaml")["Resources"]["WebAcl"]["Properties"])


# --- the login -------------------------------------------------------------------------------------------------------


def test_the_pool_has_a_group_and_a_scope_for_each_role() -> None:
    roles = [role.word for role in Role]
    groups = {each.properties["GroupName"] for each in everything().of_type("AWS::Cognito::UserPoolGroup")}
    server = the("AWS::Cognito::UserPoolResourceServer", everything())
    assert groups == {f"newsletter-{role}" for role in roles}
    assert [f"{server['Identifier']}/{each['ScopeName']}" for each in server["Scopes"]] == [
        f"newsletter/{role}" for role in roles
    ]


def test_the_consoles_client_takes_a_code_and_can_give_itself_no_role() -> None:
    client = the("AWS::Cognito::UserPoolClient", everything())
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthScopes"] == ["openid", "email"]
    assert client["CallbackURLs"] == [everything().outputs["ConsoleCallback"]]
    assert the("AWS::Cognito::UserPool", everything())["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_functions_take_the_tokens_of_the_pool() -> None:
    outputs = everything().outputs
    for function in everything().functions:
        assert function.environment["NEWSLETTER_OIDC_ISSUER"] == outputs["LoginIssuer"]
        assert function.environment["NEWSLETTER_OIDC_AUDIENCE"] == outputs["LoginClient"]
    assert outputs["LoginIssuer"].startswith("https://cognito-idp.eu-north-1.amazonaws.com/")
