"""The documents tell the truth: what they name exists, and what exists for a reader is named."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from werkzeug.wrappers import Request, Response

from cli.main import main
from newsletter.leads.crm_client import Crm
from rehearsal.template.cloudformation import read_yaml
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.loopback import served
from tests.template.stacks import stack_with_replies

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {page: page.read_text("utf-8") for page in PAGES}
EVERYTHING = "\n".join(TEXT.values())
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
# What runs or tests leave behind is named, but not in the repository; the texts of steps are where a publication says.
MADE = (".venv/", "build/", "~/", "templates/email/sequences/")
OLD_SECRET = "whsec_b2xkLXNlY3JldC1vZi10aGUtdGVzdHMtMzIhIQ=="
NEW_SECRET = "whsec_bmV3LXNlY3JldC1vZi10aGUtdGVzdHMtMzIhIQ=="
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    prose = FENCED.sub("", TEXT[page])
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@by_page
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(TEXT[page]):
        if link.startswith(("https://", "http://", "mailto:", "tel:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


@by_page
def test_every_path_that_is_named_exists(page: Path) -> None:
    for named in CODE.findall(TEXT[page]):
        is_path = re.fullmatch(r"[\w.-]+(/[\w.-]*)+", named) and not named.startswith(MADE)
        is_file = re.fullmatch(r"\w[\w-]*\.(md|ya?ml|toml|py|sh)", named)
        if is_path:
            assert (ROOT / named).exists() or named.split("/")[0] not in {each.name for each in ROOT.iterdir()}, named
        elif is_file and page.parent != ROOT:
            assert list(ROOT.glob(f"[!.]*/**/{named}")) or (ROOT / named).exists(), named


def test_every_image_of_the_documents_is_small_and_shown_somewhere() -> None:
    images = sorted((ROOT / "docs/images").iterdir())
    shown = {Path(link).name for link in LINK.findall(EVERYTHING)}
    assert images
    for image in images:
        assert image.suffix == ".png"
        assert image.stat().st_size <= 150_000, image.name
        assert image.name in shown


def test_every_make_target_is_documented_and_every_documented_one_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    in_code = "\n".join([*CODE.findall(EVERYTHING), *FENCED.findall(EVERYTHING)])
    named = {word for words in re.findall(r"\bmake((?: [a-z-]+\b(?!=))+)", in_code) for word in words.split()}
    assert targets - named == set()
    assert named - targets == set()


def test_the_readme_lists_the_commands_as_make_help_does() -> None:
    listed = re.findall(r"^make ([a-z-]+) +# (.+)$", TEXT[ROOT / "README.md"].partition("## Commands")[2], re.MULTILINE)
    assert listed == re.findall(r"^([a-z-]+):.*?## (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_every_command_is_documented_and_every_documented_one_exists(capsys: pytest.CaptureFixture[str]) -> None:
    commands = set(_commands(capsys))
    # `newsletter` is an ordinary word too; in code it begins a command.
    below = (
        "new|preview|save|schedule|unschedule|duplicate|delete|send-again|send|list|show|note|relink|add|init|approve|reject|pause|resume|cancel|redrive|drop|close|check"
        "|pin|skip|again|retopic|reset|accept|archive|unsuppress|join|simulate|replay|rejudge|test|endpoint|count|end|clickers|comments|mail|why|forget|report|merge|stop|start|person"
    )
    named = set(re.findall(rf"[`\n/]newsletter ([a-z][a-z-]*(?: (?:{below}))?)", EVERYTHING))
    assert commands - named == set()
    assert named - commands == set()


def _commands(capsys: pytest.CaptureFixture[str], *group: str) -> Iterator[str]:
    """Every command that `newsletter --help` and its groups list."""
    with pytest.raises(SystemExit) as ended:
        main([*group, "--help"])
    assert ended.value.code == 0
    listed = capsys.readouterr().out.partition("\ncommands:\n")[2].partition("\n\n")[0]
    for name in re.findall(r"^    ([a-z-]+) ", listed, re.MULTILINE):
        below = list(_commands(capsys, *group, name)) if not group else []
        yield from below or [" ".join([*group, name])]
    if group and "[COMMAND]" in listed:  # it may be called alone
        yield group[0]


def test_every_variable_is_documented_and_every_documented_one_exists() -> None:
    sources = [
        *ROOT.glob("functions/**/*.py"),
        *ROOT.glob("infra/**/*.py"),
        ROOT / "template.yaml",
        ROOT / "tests/skips.py",
        ROOT / "tests/browser/conftest.py",
    ]
    name = re.compile(r"NEWSLETTER_[A-Z]+(?:_[A-Z]+)*\b(?!_)")
    known = {found for source in sources for found in name.findall(source.read_text("utf-8"))}
    assert set(name.findall(EVERYTHING)) == known


def test_the_page_on_deploying_explains_every_parameter_of_the_template() -> None:
    page = TEXT[ROOT / "docs/deploy.md"]
    table = page.partition("| parameter |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([A-Za-z]+)` \|", table, re.MULTILINE)
    assert rows == list(read_yaml(ROOT / "template.yaml", "template.yaml")["Parameters"])


def test_the_page_on_operating_says_what_to_do_at_every_alarm() -> None:
    cells = re.findall(r"^\| (`\w+Alarm`(?:, `\w+Alarm`)*) \|", TEXT[ROOT / "docs/operate.md"], re.MULTILINE)
    rows = [name for cell in cells for name in re.findall(r"\w+Alarm", cell)]
    assert sorted(rows) == sorted(alarm.logical_id for alarm in stack_with_replies().of_type("AWS::CloudWatch::Alarm"))


def test_the_page_on_the_local_cloud_names_every_path_below_local() -> None:
    page = TEXT[ROOT / "docs/local-cloud.md"]
    source = "\n".join(file.read_text("utf-8") for file in (ROOT / "infra/rehearsal/site").glob("*_views.py"))
    routes = set(re.findall(r'^    \("(?:GET|POST)", "(/_local[^"]*)"', source, re.MULTILINE))
    # Pages of one mail are reached from the mailbox, and the steps of signing in from the console.
    below = {route for route in routes if route.startswith(("/_local/mail/<mail_id>", "/_local/oidc/", "/_local/blog"))}
    assert routes
    for route in sorted(routes - below - {"/_local", "/_local/crm/webhook"}):
        assert re.sub(r"<(?:path:)?(\w+)>", r"{\1}", route) in page, route


def test_the_readme_draws_the_tree_as_it_is() -> None:
    readme = TEXT[ROOT / "README.md"]
    tree = readme.partition("## The tree")[2].partition("```\n")[2].partition("```")[0]
    folders = set(re.findall(r"([a-z_]+)/", tree))
    assert folders >= {path.parent.name for path in ROOT.glob("functions/*/handler.py")}
    known = {path.name for path in ROOT.glob("[!.]*/") if path.is_dir()} | {
        path.name for path in ROOT.glob("[!.]*/**/") if path.is_dir()
    }
    assert folders <= known


def test_the_words_of_the_readme_are_those_of_the_code() -> None:
    rows = re.findall(
        r"^\| ([a-z, ]+) \| ", TEXT[ROOT / "README.md"].partition("## Words")[2].partition("\n## ")[0], re.MULTILINE
    )
    words = [word for row in rows[1:] for word in row.split(", ")]
    code = "\n".join(file.read_text("utf-8") for file in ROOT.glob("functions/**/*.py")).lower()
    assert len(words) > 20
    assert len(words) == len(set(words))
    for word in words:
        pattern = rf"(?<![a-z]){word.replace(' ', '[ _]?')}(?![a-rt-z])"
        assert len(re.findall(pattern, code)) >= 5, word


def test_the_rings_of_tests_are_those_that_contributing_names() -> None:
    rows = re.findall(r"^\| `tests/(\w+)/` \|", TEXT[ROOT / "CONTRIBUTING.md"], re.MULTILINE)
    rings = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and list(path.glob("*.py"))}
    assert set(rows) == rings


def test_the_campaign_of_the_marketing_guide_has_the_fields_it_explains() -> None:
    guide = TEXT[ROOT / "docs/marketing.md"]
    front = guide.partition("```markdown\n---\n")[2].partition("---")[0]
    used = set(re.findall(r"^(\w+):", front, re.MULTILINE))
    explained = set(re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE))
    publication = tomllib.loads((TEMPLATES / "publication.toml").read_text("utf-8"))
    assert used < explained
    assert set(re.findall(r"topics: \[(.*)\]", front)[0].split(", ")) <= {
        topic["key"] for topic in publication["topics"]
    }
    assert re.findall(r"offer: (.*)", front)[0] in {offer["key"] for offer in publication["offers"]}


# --- the webhook sample ----------------------------------------------------------------------------------------------


def sample() -> Callable[[dict[str, str], bytes, str], bool]:
    """The function that docs/crm.md shows to whoever builds the CRM's side."""
    block = TEXT[ROOT / "docs/crm.md"].partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(compile(block, "docs/crm.md", "exec"), names)  # noqa: S102 our own document
    return cast("Callable[[dict[str, str], bytes, str], bool]", names["is_ours"])


@contextmanager
def crm_endpoint() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """An address that takes webhooks, and what it got."""
    got: list[tuple[dict[str, str], bytes]] = []

    @Request.application
    def take(request: Request) -> Response:
        got.append(({name.lower(): value for name, value in request.headers.items()}, request.get_data()))
        return Response(status=204)

    with served(take) as url:
        yield f"{url}/", got


def test_the_sample_of_the_security_page_knows_our_webhooks_from_others() -> None:
    is_ours = sample()
    with crm_endpoint() as (url, got):
        Crm(url, lambda: (OLD_SECRET, NEW_SECRET), allow_http=True).send(
            "lead-abc-created", json.dumps({"type": "lead.created", "name": "Äijö"}, ensure_ascii=False)
        )
    ((headers, body),) = got
    assert is_ours(headers, body, OLD_SECRET)
    assert is_ours(headers, body, NEW_SECRET)
    assert not is_ours(headers, body, "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LTEyMzQ=")
    assert not is_ours(headers, body + b" ", NEW_SECRET)
    assert not is_ours(headers | {"webhook-id": "lead-abd-created"}, body, NEW_SECRET)
    late = str(int(headers["webhook-timestamp"]) - 301)
    assert not is_ours(headers | {"webhook-timestamp": late}, body, NEW_SECRET)
