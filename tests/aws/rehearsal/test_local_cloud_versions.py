"""Versions of functions in the local cloud: what runs ends as it began, two run side by side, and without an alias an
event meets new code with old templates.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from textwrap import dedent
from threading import Thread

import pytest

from rehearsal.cloud import LocalCloud
from rehearsal.lambda_.runtime import HandlerFailed
from tests.support.stack import small_stack
from tests.support.stack.small_stack import TEMPLATE, Scratch, eventually, send

scratch = small_stack.scratch
WITH_ALIAS = TEMPLATE.replace("      Function:\n", "      Function:\n        AutoPublishAlias: live\n", 1)
HANDLER = """
    import json, os, sys
    from pathlib import Path

    def handle(event, context):
        if event.get("why") == "fail":
            raise RuntimeError("this version is broken")
        if wait := event.get("wait"):
            Path(wait + ".began").touch()
            while not Path(wait).exists():
                pass
        print("said by CODE")
        return {"code": "CODE", "templates": Path(os.environ["NEWSLETTER_TEMPLATES"], "word").read_text(),
                "version": context.function_version, "arn": context.invoked_function_arn}
    """


def a_release(folder: Path, name: str) -> dict[str, Path]:
    """Code and templates that say this name."""
    code, templates = folder / name / "functions", folder / name / "templates"
    (code / "clock").mkdir(parents=True)
    (code / "clock/handler.py").write_text(dedent(HANDLER).replace("CODE", name))
    templates.mkdir()
    (templates / "word").write_text(name)
    return {"code": code, "templates": templates}


def started(scratch: Scratch, template: str) -> LocalCloud:
    scratch.write("template.yaml", template)
    scratch.write("functions/clock/handler.py", HANDLER.replace("CODE", "first"))
    scratch.write("templates/word", "first")
    return LocalCloud(root=scratch.root)


def ran(cloud: LocalCloud, **event: str) -> tuple[str, str]:
    """The code and the templates that answered an event."""
    function = cloud.stack.function("clock")
    assert function is not None
    answer = cloud.functions.invoke(function, event)
    return answer["code"], answer["templates"]


def test_an_event_meets_code_and_templates_of_one_version(scratch: Scratch, tmp_path: Path) -> None:
    with started(scratch, WITH_ALIAS) as cloud:
        seen = [(folder, ran(cloud)) for folder in cloud.deploy(**a_release(tmp_path, "second"))]
        assert seen == [
            ("front", ("first", "first")),
            ("worker", ("first", "first")),
            ("clock", ("second", "second")),
        ]
        assert list(cloud.deploy()) == ["front", "worker", "clock"]
        assert ran(cloud) == ("first", "first")


def test_without_an_alias_an_event_meets_new_code_with_old_templates(scratch: Scratch, tmp_path: Path) -> None:
    with started(scratch, TEMPLATE) as cloud:
        seen = [ran(cloud) for folder in cloud.deploy(**a_release(tmp_path, "second")) if folder == "clock"]
    assert seen == [("second", "first"), ("second", "second")]


def test_a_run_that_is_under_way_ends_with_the_version_it_began_with(scratch: Scratch, tmp_path: Path) -> None:
    answers: list[tuple[str, str]] = []
    gate = tmp_path / "gate"
    with started(scratch, WITH_ALIAS) as cloud:
        long = Thread(target=lambda: answers.append(ran(cloud, wait=str(gate))))
        long.start()
        assert eventually(Path(f"{gate}.began").exists)
        list(cloud.deploy(**a_release(tmp_path, "second")))
        assert ran(cloud) == ("second", "second")
        gate.touch()
        long.join()
    assert answers == [("first", "first")]


def test_a_share_of_the_events_goes_to_the_new_version_and_the_rest_stays(scratch: Scratch, tmp_path: Path) -> None:
    with started(scratch, WITH_ALIAS) as cloud:
        version = cloud.functions.publish(**a_release(tmp_path, "second"))
        assert ran(cloud) == ("first", "first"), "published and not live"
        cloud.functions.aliases["Clock"].share(version, 0.3)
        counted = Counter(ran(cloud) for _ in range(100))
    assert set(counted) == {("first", "first"), ("second", "second")}
    assert 15 < counted["second", "second"] < 45


def test_what_another_version_raises_fails_the_run_and_not_the_next_one(scratch: Scratch, tmp_path: Path) -> None:
    with started(scratch, WITH_ALIAS) as cloud:
        list(cloud.deploy(**a_release(tmp_path, "second")))
        with pytest.raises(HandlerFailed, match="this version is broken"):
            ran(cloud, why="fail")
        assert ran(cloud) == ("second", "second")


def test_another_version_has_the_emulators_its_number_and_the_name_of_the_alias(
    scratch: Scratch, tmp_path: Path
) -> None:
    with started(scratch, WITH_ALIAS) as cloud:
        code = tmp_path / "code"
        (code / "front").mkdir(parents=True)
        (code / "front/handler.py").write_text((scratch.root / "functions/front/handler.py").read_text())
        cloud.functions.aliases["Front"].point_to(cloud.functions.publish(code, tmp_path))
        send(cloud, "m1")
        assert eventually(lambda: small_stack.tries(cloud, "m1") == 1)
        list(cloud.deploy(**a_release(tmp_path, "second")))
        function = cloud.stack.function("clock")
        assert function is not None
        said = cloud.functions.invoke(function, {})
        assert (said["version"], said["arn"].rpartition("newsletter-local-Clock")[2]) == ("3", ":live")
