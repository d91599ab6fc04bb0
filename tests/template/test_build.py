"""What the build takes out of a function changes nothing of what it does."""

from __future__ import annotations

import json
import marshal
import runpy
from pathlib import Path
from types import CodeType
from typing import Any

from botocore.model import ServiceModel
from botocore.serialize import create_serializer

ROOT = Path(__file__).parents[2]
PRUNE = runpy.run_path(str(ROOT / "infra/build/prune.py"))

MODULE = b'''"""A module."""

from dataclasses import dataclass

TEXT = """kept"""


@dataclass
class Point:
    """A point."""

    x: int

    def half(self) -> int:
        """Half of x."""
        assert self.x % 2 == 0
        return self.x // 2
'''


def _code() -> CodeType:
    code = marshal.loads(PRUNE["byte_code"](MODULE, "/var/task/point.py")[16:])  # noqa: S302 (made by the line itself)
    assert isinstance(code, CodeType)
    return code


def test_byte_code_does_what_the_source_does_and_has_no_docstrings() -> None:
    names: dict[str, Any] = {"__name__": "point"}
    exec(_code(), names)  # noqa: S102 (the module above)
    point = names["Point"](4)
    assert point.half() == 2
    assert names["TEXT"] == "kept"
    assert [names["__doc__"], point.__doc__, point.half.__doc__] == [".", ".", "."]


def test_byte_code_keeps_assertions_line_numbers_and_the_place_in_lambda() -> None:
    names: dict[str, Any] = {"__name__": "point"}
    exec(_code(), names)  # noqa: S102
    try:
        names["Point"](3).half()
    except AssertionError as error:
        traceback = error.__traceback__
        assert traceback is not None
        assert traceback.tb_next is not None
        assert traceback.tb_next.tb_lineno == MODULE[: MODULE.index(b"assert")].count(b"\n") + 1
        assert traceback.tb_next.tb_frame.f_code.co_filename == "/var/task/point.py"
    else:
        raise AssertionError("the assertion of the module is lost")


def test_of_a_package_that_is_pruned_whole_nothing_stays_and_of_others_the_name_and_version(tmp_path: Path) -> None:
    for name in ("dns", "wire"):
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\n")
        files = [f"{name}/__init__.py", f"{name}-1.0.dist-info/METADATA", f"{name}-1.0.dist-info/RECORD", "../../bin/x"]
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    PRUNE["prune_unused"](tmp_path)
    left = sorted(file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file())
    assert left == ["wire-1.0.dist-info/METADATA", "wire/__init__.py"]


def test_a_member_of_a_shape_that_is_called_documentation_stays() -> None:
    model = {"documentation": "<p>", "members": {"documentation": {"shape": "Text", "documentation": "<p>"}}}
    assert PRUNE["without_documentation"](model) == {"members": {"documentation": {"shape": "Text"}}}


def test_requests_are_the_same_without_the_documentation_of_their_models() -> None:
    from botocore.loaders import Loader

    whole = Loader().load_service_model("sesv2", "service-2")
    lean = PRUNE["without_documentation"](whole)
    assert len(json.dumps(lean)) < len(json.dumps(whole)) / 2
    asked = {"EmailAddress": "reader@example.fi"}
    requests = []
    for described in (whole, lean):
        model = ServiceModel(described, "sesv2")
        serializer = create_serializer(model.metadata["protocol"])
        requests.append(serializer.serialize_to_request(asked, model.operation_model("GetSuppressedDestination")))
    assert requests[0] == requests[1]
