"""What a list costs: lines that add up, more for more, and clear words for what cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.costs import prices
from cli.costs.bill import Asked, bill
from cli.costs.standing import Standing, of_the_template
from cli.main import main
from rehearsal.lambda_.log_groups import AccessLog
from tests.template.stacks import ROOT, resources

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str) -> dict[str, Any]:
    assert main(["cost", *arguments, "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def test_the_lines_add_up_and_visits_have_one_of_their_own(capsys: Captured) -> None:
    said = run(capsys, "--readers", "12000", "--digests-per-month", "4", "--scanned", "0.6")
    assert said["mails"] == 48_000
    assert said["visits"] == round(48_000 * (0.6 * 35 + 0.1))
    assert said["usd_per_month"] == pytest.approx(sum(said["usd"].values()), abs=0.01)
    assert said["usd"]["visits"] > said["usd"]["dynamodb_writes"]
    assert said["usd"]["ses"] == pytest.approx(4.8)
    assert said["prices"]["as_of"]


def test_a_digest_to_a_million_costs_what_the_budgets_say_beside_the_mails_themselves() -> None:
    made = bill(Asked(1_000_000, 1, 0.5, 35), Standing())
    assert sum(made.services.values()) - made.services["ses"] <= 4
    assert made.visits / made.visited * 1e6 <= 2.2
    assert made.visits + sum(made.services.values()) - made.services["ses"] <= 45


def test_without_scanners_visits_are_those_of_people() -> None:
    assert bill(Asked(1_000, 1, 0.0, 35), Standing()).visited == 100
    assert bill(Asked(1_000, 1, 0.0, 35, clicks=0.3), Standing()).visited == 300


def test_answers_have_a_line_where_they_are_received(capsys: Captured) -> None:
    common = ("--readers", "1000", "--digests-per-month", "4")
    without, some = run(capsys, *common), run(capsys, *common, "--answers", "2000")
    assert "answers" not in without["usd"]
    received = 2_000 * (prices.SES_RECEIVED + prices.SES_RECEIVED_CHUNK)
    assert received == pytest.approx(0.38)
    assert some["usd"]["answers"] > received + 2_000 * prices.SES_MAIL
    assert some["usd_per_month"] - without["usd_per_month"] == pytest.approx(some["usd"]["answers"], abs=0.01)


def test_what_costs_while_nobody_does_anything_has_its_lines(capsys: Captured) -> None:
    """Alarms, the dashboard, the key, what Lambda asks queues where nothing comes, and the tick."""
    made = run(capsys, "--readers", "1", "--digests-per-month", "0")
    said = made["usd"]
    assert said["visits"] == said["metrics"] == 0
    assert said["dashboard"] == 3
    assert said["key"] == 1
    assert said["idle_polling"] == pytest.approx(1.76, abs=0.01)
    alarms = resources("AWS::CloudWatch::Alarm")
    of_two_metrics = [each for each in alarms if "Metrics" in each.properties]
    assert said["alarms"] == pytest.approx(0.1 * (len(alarms) + len(of_two_metrics)))
    assert 0 < said["ticks"] < 0.5
    assert made["idle"]["usd_per_month"] == made["usd_per_month"]


def test_an_idle_month_costs_what_the_page_on_operating_says(capsys: Captured) -> None:
    idle = run(capsys, "--readers", "12000", "--digests-per-month", "4.3")["idle"]
    page = (ROOT / "docs/operate.md").read_text("utf-8").partition("## Cost\n")[2]
    assert f"{idle['usd_per_month']:.2f} USD" in page
    assert f"{idle['usd_after_always_free']:.2f} USD" in page


def test_what_aws_gives_every_account_is_taken_off_once_and_never_more_than_is_used() -> None:
    assert sum(bill(Asked(1, 0, 0, 35), Standing()).free.values()) == pytest.approx(
        bill(Asked(1, 0, 0, 35), Standing()).standing["ticks"], abs=0.2
    )
    little, much = (bill(Asked(readers, 4, 0.6, 35), of_the_template()) for readers in (100, 10_000_000))
    assert little.free["sqs"] == much.free["sqs"] == pytest.approx(0.40)
    assert little.free["sns"] < much.free["sns"] == pytest.approx(0.50)
    assert little.free["alarms"] == much.free["alarms"] == pytest.approx(1.0)
    for made in (little, much):
        assert 0 < made.after_free < made.total


def test_the_dashboard_has_so_few_metrics_that_it_is_among_the_free_ones() -> None:
    assert of_the_template().free_dashboards == of_the_template().dashboards == 1


@pytest.mark.parametrize(
    ("plan", "usd"), [("none", 1_500), ("essentials", 10 * 160 + 5 * 140), ("pro", 105 + 10 * 220 + 5 * 170)]
)
def test_the_mails_cost_what_the_plan_says_by_its_steps(capsys: Captured, plan: str, usd: float) -> None:
    said = run(capsys, "--readers", "15_000_000", "--digests-per-month", "1", "--plan", plan)
    assert said["usd"]["ses"] == pytest.approx(usd)


def test_a_line_of_the_access_log_is_as_long_as_the_bill_says() -> None:
    (api,) = resources("AWS::Serverless::HttpApi")
    context = {
        "requestId": "JKJaXmPLvHcESHA=",
        "integration.requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "routeKey": "ANY /c/{token}/{link}",
        "status": "302",
        "responseLatency": "12",
        "responseLength": "1234",
        "integrationStatus": "200",
        "integrationLatency": "10",
    }
    line = AccessLog("", api.properties["AccessLogSettings"]["Format"]).line(context)
    assert "-," not in line, "every variable has a value here"
    assert len(line) + 26 == pytest.approx(prices.LOG_OF_A_REQUEST, abs=5)


def test_the_table_names_each_service_and_its_date(capsys: Captured) -> None:
    assert main(["cost", "--readers", "12_000", "--digests-per-month", "4.3"]) == 0
    said = capsys.readouterr().out
    for words in ("SES, mails", "visits (", "together", "60%", "List prices of"):
        assert words in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--readers", "many", "--digests-per-month", "4"], "argument --readers: 'many' is not a whole number"),
        (["--readers", "0", "--digests-per-month", "4"], "argument --readers: '0' is not"),
        (["--readers", "9", "--digests-per-month", "nan"], "argument --digests-per-month: 'nan' is not a number"),
        (["--readers", "9", "--digests-per-month", "1", "--scanned", "60"], "argument --scanned: '60' is not a share"),
    ],
)
def test_what_cannot_be_read_is_named(capsys: Captured, arguments: list[str], said: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cost", *arguments])
    assert ended.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())
