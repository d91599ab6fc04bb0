"""Errors that only a deployment can have brought are counted for the version that met them, and others are not."""

from __future__ import annotations

import json

import pytest

from newsletter.platform.observability import metrics
from newsletter.platform.settings import MissingSetting
from newsletter.platform.web.problems import status_and_words

KNOWN = ((KeyError, 404, "not there"), (TimeoutError, 503, "busy"), (MissingSetting, 503, "not set up"))


@pytest.mark.parametrize(
    ("error", "status", "counted"),
    [
        (ValueError(), 500, True),
        (MissingSetting(), 503, True),
        (TimeoutError(), 503, False),
        (KeyError(), 404, False),
    ],
    ids=lambda part: type(part).__name__,
)
def test_a_deployment_hears_of_errors_that_nobody_knows_and_of_settings_that_are_missing(
    error: Exception,
    status: int,
    counted: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Newsletter/prod")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "prod-PublicSite")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_VERSION", "42")
    assert status_and_words(error, KNOWN, "failed", "PagesFailed")[0] == status
    metrics().clear_metrics()  # "PagesFailed", which the handler writes
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "UnexpectedErrors" in line]
    assert [(line["function"], line["version"], line["UnexpectedErrors"]) for line in lines] == [
        ("prod-PublicSite", "42", [1.0])
    ][: int(counted)]
    for line in lines:
        (said,) = line["_aws"]["CloudWatchMetrics"]
        assert (said["Namespace"], sorted(said["Dimensions"][0])) == ("Newsletter/prod", ["function", "version"])
