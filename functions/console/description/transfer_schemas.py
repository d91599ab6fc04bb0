"""What the API's description says of imports and exports of readers, and of the digest of one of them."""

from __future__ import annotations

from typing import Any

from console.request import JOB, Request
from console.schemas import (
    KEYS,
    MOMENT,
    NUMBER,
    TEXT,
    TEXT_LIST,
    YES_NO,
    Schema,
    answer,
    array,
    operation,
    or_null,
    page_of,
    ref,
    with_fields,
)
from newsletter.readers.choice import Frequency
from newsletter.readers.imports.import_subscribers import Imported, Mode
from newsletter.readers.imports.options import MAPPED
from newsletter.readers.profiles.reader_list_store import STATUSES
from newsletter.readers.signup.website_form import FORM_NAME
from newsletter.readers.transfers.manage_import import ANSWERS, MAX_ENCODING, MAX_EVIDENCE, MEANINGS
from newsletter.readers.transfers.transfer import MOST_BYTES, MOST_FILES, PART, REFUSED, ExportState, ImportState

MOST_IN_NAME = 255
"""Characters of the name of a file or of a column."""
RESULTS = (*(each.value for each in Imported), REFUSED)
COUNTS = with_fields(dict.fromkeys(RESULTS, NUMBER))
YES: Schema = {"enum": ["yes", "no"]}
CODE = TEXT | {"maxLength": 20}
HOW: dict[str, Schema] = {
    "as": {
        "enum": [each.value for each in Mode],
        "description": "pending: each is asked to confirm. confirmed: they agreed elsewhere. left: none may be mailed.",
    },
    "evidence": TEXT
    | {"maxLength": MAX_EVIDENCE, "description": "Where and when they agreed; must be given as confirmed."},
    "columns": {
        "type": "object",
        "propertyNames": {"type": "string", "maxLength": MOST_IN_NAME},
        "additionalProperties": {"enum": ["", *MAPPED, *ANSWERS]},
        "description": "For the name of a column what it is. What is not named here is recognised by its name.",
    },
    "meanings": {
        "type": "object",
        "properties": {listed.value: KEYS for listed in MEANINGS},
        "additionalProperties": False,
        "description": "What the values of columns with `status` mean.",
    },
    "encoding": TEXT | {"maxLength": MAX_ENCODING, "description": "Empty: found out."},
    "dry_run": YES_NO | {"default": True, "description": "Only say what would happen; false imports after that."},
}
TRANSFER_SCHEMAS: dict[str, Schema] = {
    "Import": with_fields(
        {
            "id": TEXT,
            "at": MOMENT,
            "who": TEXT,
            "file_name": TEXT,
            "state": {"enum": [each.value for each in ImportState]},
            "as": {"enum": [None, *(each.value for each in Mode)]},
            "evidence": TEXT,
            "rows": NUMBER,
            "percent": NUMBER | {"description": "Of the check, or of the import."},
            "would": COUNTS | {"description": "Lines by what would become of them."},
            "results": {**or_null(COUNTS), "description": "Lines by what became of them; null before it begins."},
            "problem": TEXT | {"description": "Why it does not go on."},
            "questions": {"type": "array", "items": with_fields({"column": TEXT, "question": TEXT})},
            "columns": with_fields(
                {
                    "fields": {"type": "object", "additionalProperties": TEXT},
                    "status": TEXT_LIST,
                    "unused": TEXT_LIST,
                }
            ),
            "expires": MOMENT | {"description": "When file and lines are kept no longer."},
            "upload": or_null(with_fields({"parts": TEXT_LIST, "part_bytes": NUMBER})),
        }
    ),
    "ShownImport": with_fields({"import": ref("Import")}),
    "Imports": with_fields({"imports": array("Import"), "cursor": or_null(TEXT)}),
    "NewImport": with_fields(
        {
            "file_name": TEXT | {"maxLength": MOST_IN_NAME},
            "csv": TEXT
            | {
                "maxLength": Request.MAX_FILE,
                "description": "The lines themselves, up to 4 MB with all that is around them.",
            },
            "size": {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_BYTES,
                "description": f"Instead of `csv`: bytes of a file that comes in parts of {PART}, to be checked then.",
            },
            **HOW,
        },
        (),
    ),
    "ImportCheck": with_fields(HOW, ("as",)),
    "ImportLine": with_fields(
        {"line": NUMBER, "address": TEXT, "result": {"enum": list(RESULTS)}, "field": TEXT, "problem": TEXT}
    ),
    "ImportLines": with_fields({"lines": array("ImportLine"), "cursor": or_null(TEXT)}),
    "Export": with_fields(
        {
            "id": TEXT,
            "at": MOMENT,
            "who": TEXT,
            "state": {"enum": [each.value for each in ExportState]},
            "status": TEXT,
            "language": TEXT,
            "topic": TEXT,
            "readers": NUMBER,
            "files": TEXT_LIST | {"description": "Paths of the files, once all are written and for a day."},
            "expires": MOMENT,
        }
    ),
    "DigestPreview": with_fields(
        {
            "digest": with_fields(
                {
                    "period": TEXT,
                    "at": or_null(MOMENT),
                    "topics": TEXT_LIST,
                    "language": TEXT,
                    "frequency": {"enum": list(Frequency)},
                    "why_none": TEXT | {"description": "Why they would get none; empty where they get one."},
                    "subject": TEXT,
                    "articles": TEXT_LIST | {"description": "In full."},
                    "more": TEXT_LIST | {"description": "As links."},
                    "related": TEXT_LIST | {"description": "Older ones."},
                    "html": TEXT,
                }
            )
        }
    ),
    "DigestOfWhom": with_fields(
        {
            "address": TEXT | {"maxLength": 254, "description": "Of a reader; it is not logged."},
            "subscriber": TEXT | {"maxLength": 200, "description": "Or the id of a reader."},
            "topics": KEYS | {"description": "Or what somebody would choose; none is every topic."},
            "language": CODE,
            "frequency": {"enum": ["", *Frequency]},
        },
        (),
    ),
    "FormHtml": with_fields({"html": TEXT}),
    "ShownExport": with_fields({"export": ref("Export")}),
    "Exports": with_fields({"exports": array("Export"), "cursor": or_null(TEXT)}),
    "NewExport": with_fields(
        {"status": {"enum": ["", *STATUSES]}, "language": CODE, "topic": TEXT | {"maxLength": 100}}, ()
    ),
}


def transfer_paths() -> dict[str, Any]:
    """What is below /imports and /exports."""
    job = {"name": "job", "in": "path", "required": True, "schema": TEXT | {"pattern": f"^({JOB.pattern})$"}}
    part = _number("part", 0, MOST_BYTES // PART)
    file = _number("file", 1, MOST_FILES)
    page = page_of(cursor=JOB.pattern)
    refused = {"403": answer("The token does not allow sending.", "Error")}
    missing = {"404": answer("No such import or export.", "Error"), **refused}
    wrong = {"422": answer("What needs mending.", "Errors")}
    not_now = {"409": answer("As it stands, that cannot be done.", "Error")}
    shown, taken = {"200": answer("How it stands.", "ShownImport")}, {"202": answer("It goes on.", "ShownImport")}
    create = operation("createImport", "Bring in a list of readers", {**taken, **refused, **wrong})
    check = operation(
        "checkImport", "Say what would become of each line", {**taken, **missing, **not_now, **wrong}, [job]
    )
    put = operation("putImportPart", "A part of the file", {**shown, **missing, **not_now, **wrong}, [job, part])
    csv_part = {"schema": {"type": "string", "maxLength": PART}, "example": "email\nmaija@example.com\n"}
    put["requestBody"] = {"required": True, "content": {"application/octet-stream": csv_part}}
    lines = {"200": answer("A page.", "ImportLines"), **missing, **not_now, **wrong}
    export = operation(
        "createExport", "Write readers as CSV", {"202": answer("It is written.", "ShownExport"), **refused, **wrong}
    )
    csv = {
        "description": "CSV.",
        "content": {"text/csv": {"schema": TEXT, "example": "email\r\nmaija@example.com\r\n"}},
    }
    started = operation("startImport", "Import what was checked", {**taken, **missing, **not_now}, [job])
    stopped = operation("cancelImport", "Stop an import; who is in stays in", {**shown, **missing, **not_now}, [job])
    preview = {"200": answer("The digest, or why there is none.", "DigestPreview"), "404": answer("Nobody.", "Error")}
    look = operation("previewDigest", "The next digest as one reader would get it; nothing is sent", preview | wrong)
    return {
        "/forms/html": {"get": _form(wrong)},
        "/digests/preview": {"post": look | {"requestBody": _body("DigestOfWhom")}},
        "/imports": {
            "get": operation("listImports", "Imports, the newest first", _listed("Imports", refused), page),
            "post": create | {"requestBody": _body("NewImport")},
        },
        "/imports/{job}": {"get": operation("showImport", "How an import stands", {**shown, **missing}, [job])},
        "/imports/{job}/parts/{part}": {"put": put},
        "/imports/{job}/lines": {
            "get": operation(
                "listImportLines", "What became of each line, or would", lines, [job, *page_of(cursor="[0-9]{1,6}")[1:]]
            )
        },
        "/imports/{job}/check": {"post": check | {"requestBody": _body("ImportCheck")}},
        "/imports/{job}/start": {"post": started},
        "/imports/{job}/cancel": {"post": stopped},
        "/exports": {
            "get": operation("listExports", "Exports, the newest first", _listed("Exports", refused), page),
            "post": export | {"requestBody": _body("NewExport")},
        },
        "/exports/{job}": {
            "get": operation(
                "showExport", "How an export stands", {"200": answer("It.", "ShownExport"), **missing}, [job]
            )
        },
        "/exports/{job}/files/{file}": {
            "get": operation("getExportFile", "A file of an export", {"200": csv, **missing, **not_now}, [job, file])
        },
    }


def _form(wrong: Schema) -> Schema:
    said = {
        "language": (CODE, "Code."),
        "topics": (TEXT | {"maxLength": 2_000}, "Keys, separated by commas."),
        "name": (TEXT | {"pattern": f"^({FORM_NAME.pattern})$"}, "Of the form: small letters, digits and hyphens."),
        "next": (TEXT | {"maxLength": 1_000}, "Where readers go on to."),
        "asks_name": (YES, "yes: asks a first name."),
        "asks_frequency": (YES, "yes: asks how often."),
    }
    asked = [
        {"name": name, "in": "query", "schema": schema, "description": what} for name, (schema, what) in said.items()
    ]
    form = {"200": answer("The form.", "FormHtml"), **wrong}
    return operation("getFormHtml", "HTML of a subscribe form for a website of one's own", form, asked)


def _listed(schema: str, refused: Schema) -> dict[str, Any]:
    return {"200": answer("A page.", schema), **refused, "422": answer("A parameter needs mending.", "Errors")}


def _body(schema: str) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": ref(schema)}}}


def _number(name: str, least: int, most: int) -> Schema:
    schema = {"type": "integer", "minimum": least, "maximum": most}
    return {"name": name, "in": "path", "required": True, "schema": schema}
