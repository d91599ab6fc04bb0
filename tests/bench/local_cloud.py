"""`make bench-local`: a real list in `make demo`: READERS readers imported, a preview, the digest to all of them.

Everything as a person does it: the local cloud in a process of its own, the import by the command line, the pages over
HTTP. Prints a table, and a line of JSON with the same figures for whoever compares machines.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.support.stack.local_process import free_port, start, welcome

READERS = 50_000
PREVIEW_S, SEND_S = 5.0, 600.0
"""The budgets, for 50,000 readers on two cores."""
PATIENCE_S = 3_600
JSON = "application/json"
ROOT = Path(__file__).parents[2]
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
PERIOD = re.compile(r"digest-([0-9A-Za-z-]+)")


class Browser:
    """A person at the console: keeps cookies, presses buttons."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        """A page, redirects followed."""
        return self._open(Request(self.url + path))

    def post(self, path: str, form: Mapping[str, str]) -> str:
        """The same for a form that this page sent."""
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        return self._open(Request(self.url + path, urlencode(form).encode(), headers))

    def sign_in(self) -> None:
        """As the one person whom the local sign-in knows."""
        asked = self.get("/console")
        self.post("/_local/oidc/authorize", dict(HIDDEN.findall(asked.replace("&amp;", "&"))))

    def run(self, function: str) -> None:
        """Let a scheduled function run now, without waiting for what it puts on queues."""
        self._open(Request(f"{self.url}/_local/run/{function}", b'{"wait": false}', {"Content-Type": JSON}))

    def mails(self) -> int:
        """How many mails are in the mailbox."""
        with self._opener.open(f"{self.url}/_local/mail.json?limit=1", timeout=PATIENCE_S) as answer:
            return int(answer.headers["x-total-count"])

    def _open(self, request: Request) -> str:
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as answer:
                body: bytes = answer.read()
        except HTTPError as error:
            raise SystemExit(f"{request.full_url}: {error.code}\n{error.read().decode()}") from None
        return body.decode()


class Watch:
    """Seconds, by what was timed."""

    def __init__(self) -> None:
        self.figures: dict[str, float] = {}

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Keep how long this takes; the longest, where it is done several times."""
        began = time.monotonic()
        yield
        self.figures[name] = round(max(time.monotonic() - began, self.figures.get(name, 0.0)), 2)


def main(readers: int) -> int:
    """Measure; 1 when a budget is exceeded, which holds for 50,000 readers and is taken in proportion for fewer."""
    watch, port = Watch(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = start(PORT=str(port), NEWSLETTER_TEMPLATES=str(_at_once(Path(folder))))
        try:
            welcome(process)
            browser = Browser(f"http://127.0.0.1:{port}")
            with watch.timing("import_s"):
                _import(browser.url, _list_of(readers, Path(folder)))
            browser.sign_in()
            _preview(browser, watch)
            before = _cpu_s(process.pid)
            _send(browser, watch, readers)
            watch.figures["send_cpu_s"] = round(_cpu_s(process.pid) - before, 2)
            watch.figures["peak_rss_mb"] = _peak_mb(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)
    for name, figure in watch.figures.items():
        print(f"{name:24} {figure:10.2f}")
    print(json.dumps({"readers": readers, **watch.figures}))
    share = min(1.0, readers / 50_000)
    slow = watch.figures["preview_s"] > PREVIEW_S * max(share, 0.2) or watch.figures["send_s"] > SEND_S * share
    return int(slow)


def _list_of(readers: int, folder: Path) -> Path:
    topics = ("linkedin", "", "")
    path = folder / "readers.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,topics\n")
        for number in range(readers):
            file.write(f"reader{number}@example.com,Reader {number},{topics[number % 3]}\n")
    return path


def _import(url: str, path: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "import", str(path), "--as", "confirmed", "--evidence", "A fair, 2026"]
    paths = os.pathsep.join([str(ROOT / "infra"), str(ROOT / "functions")])
    subprocess.run(
        [*command, "--local", url], check=True, env={**os.environ, "PYTHONPATH": paths}, stdout=subprocess.DEVNULL
    )


def _preview(browser: Browser, watch: Watch) -> None:
    """A campaign to everybody, looked at before it is sent: the page counts the readers."""
    form = dict(HIDDEN.findall(browser.get("/console/campaigns/new")))
    form |= {"name": "a-campaign", "subject": "Hello", "language": "fi", "body": "Hello there.", "step": "check"}
    with watch.timing("preview_s"):
        browser.post("/console/campaigns/new", form)


def _send(browser: Browser, watch: Watch, readers: int) -> None:
    """The digest to everybody; half-way, somebody looks at it, at the reports and at the mailbox."""
    with watch.timing("send_s"):
        browser.run("planner")
        _wait_for(browser, readers // 2)
        with watch.timing("reports_while_sending_s"):
            mailings = browser.get("/console")
        period = PERIOD.findall(mailings)[-1]
        with watch.timing("preview_while_sending_s"):
            browser.get(f"/console/digests/{period}")
        with watch.timing("mailbox_s"):
            browser.get("/_local/mail")
        _wait_for(browser, readers)
    with watch.timing("preview_s"):
        browser.get(f"/console/digests/{period}")


def _wait_for(browser: Browser, mails: int) -> None:
    began = time.monotonic()
    while browser.mails() < mails:
        if time.monotonic() - began > PATIENCE_S:
            raise SystemExit(f"only {browser.mails()} of {mails} mails after {PATIENCE_S} s")
        time.sleep(2)


def _at_once(folder: Path) -> Path:
    """The templates, without the hour in which the first slice of a large mailing is watched."""
    templates = Path(shutil.copytree(ROOT / "templates", folder / "templates"))
    publication = templates / "publication.toml"
    text, found = re.subn(r"(?m)^canary_above = \d+", "canary_above = 0", publication.read_text("utf-8"))
    if not found:
        raise SystemExit(f"{publication} has no canary_above")
    publication.write_text(text, "utf-8")
    return templates


def _cpu_s(pid: int) -> float:
    """Processor time of the local cloud so far: what sending takes on a machine that does nothing else."""
    status = Path(f"/proc/{pid}/stat")
    if not status.exists():
        return 0.0
    user, system = status.read_text("ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text("ascii"))
    return round(int(found[1]) / 1000, 1) if found else 0.0


if __name__ == "__main__":
    sys.exit(main(int(os.environ.get("READERS") or READERS)))
