"""`newsletter secrets init` and the check of secrets: SSM parameters. No value is ever printed."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping

from cli.faults import Fault
from cli.output import say
from newsletter.container import app
from newsletter.platform.aws import clients as aws
from newsletter.platform.aws.pepper_fingerprints_store import pepper_fingerprint
from newsletter.platform.aws.secrets_client import CRM_TOKEN, NAMES
from newsletter.platform.errors import InvalidPublication
from newsletter.platform.web.webhook_secrets import faulty_secrets, is_token
from newsletter.readers.subscriber import subscriber_id

SECRET_BYTES = 32
WEBHOOKS = ("webhook_secrets", "crm_inbound_secrets")
LEAST_TEXT = 16
"""Characters. A shorter secret can be guessed."""


def _webhook_secret() -> str:
    """Standard Webhooks: `whsec_` and 24 to 64 random bytes in Base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _text_secret() -> str:
    return secrets.token_hex(SECRET_BYTES)


MAKERS: Mapping[str, Callable[[], str]] = {
    "pepper": _text_secret,
    "link_keys": _text_secret,
    "webhook_secrets": _webhook_secret,
    "crm_inbound_secrets": _webhook_secret,
}


def init() -> int:
    """Create the parameters that are missing; what exists is never changed.

    Raises Fault instead of making a pepper where readers' ids were made with another one.
    """
    ssm, path = aws.client("ssm"), app.settings.secrets_path
    known = _values()
    lost = "pepper" not in known and _pepper_is_needed()
    for name in NAMES:
        if name in known:
            say(f"{path}/{name} exists")
            continue
        if name == "pepper" and lost:
            continue
        try:
            ssm.put_parameter(Name=f"{path}/{name}", Value=MAKERS[name](), Type="SecureString", Overwrite=False)
            say(f"{path}/{name} created")
        except ssm.exceptions.ParameterAlreadyExists:
            say(f"{path}/{name} exists")
    if lost:
        raise Fault(f"{path}/pepper was not created: {_how_to_restore(path)}")
    return 0


def check() -> int:
    """Print what is wrong with the parameters, without their values. Returns 1 when something is."""
    found = list(faults())
    for where, message in found:
        say(f"{where}: {message}")
    if not found:
        say(f"{app.settings.secrets_path}: no fault found")
    return 1 if found else 0


def faults() -> Iterator[tuple[str, str]]:
    """Each parameter at fault and what is wrong with it, without its value."""
    path, known = app.settings.secrets_path, _values()
    for name in NAMES:
        if name not in known:
            lost = name == "pepper" and _pepper_is_needed()
            missing = f"missing; {_how_to_restore(path)}" if lost else "missing; run `newsletter secrets init`"
            yield f"{path}/{name}", missing
            continue
        if name == "pepper" and (wrong := _wrong_pepper(known[name], f"{path}/{name}")):
            yield f"{path}/{name}", wrong
        if name in WEBHOOKS:
            for fault in faulty_secrets(each.strip() for each in known[name].split(",")):
                yield f"{path}/{name}", f"{fault}; with it nothing is signed or verified"
        elif any(len(each) < LEAST_TEXT for each in (known[name].split(",") if name != "pepper" else [known[name]])):
            yield f"{path}/{name}", f"a secret of fewer than {LEAST_TEXT} characters can be guessed"
    yield from _token_faults(f"{path}/{CRM_TOKEN}", known.get(CRM_TOKEN))


def _token_faults(parameter: str, token: str | None) -> Iterator[tuple[str, str]]:
    """The CRM's token is needed only where [crm] asks for one."""
    try:
        wanted = app.publication.crm.auth.has_token
    except InvalidPublication:  # `newsletter check` names its faults
        return
    if wanted and token is None:
        yield parameter, "missing; [crm] sends the token of the CRM, so put it there (docs/crm.md)"
    elif wanted and token is not None and not is_token(token.strip()):
        yield parameter, "not a token, which is one line without blanks"


def _pepper_is_needed() -> bool:
    """Whether anything is stored under an id: there is a fingerprint, or a reader of a release without fingerprints."""
    return bool(app.fingerprints.kept()) or app.reader_export.known()


def _how_to_restore(path: str) -> str:
    table = app.settings.subscribers_table
    if not app.reader_export.known():
        return (
            f"the table {table} knows an earlier one. Put that back from your copy. The table holds no reader: if no "
            f"reader was ever exported from it either, forget the earlier pepper with `aws dynamodb delete-item "
            f"""--table-name {table} --key '{{"id": {{"S": "pepper"}}, "record": {{"S": "fingerprint"}}}}'`"""
        )
    return (
        f"the ids of the readers in the table {table} were made with the earlier one, and with another nobody would "
        f"know who they are. Put the earlier value back from your copy: `aws ssm put-parameter --type SecureString "
        f"--name {path}/pepper --value ...`. SSM keeps no history of a deleted parameter. After a change of the "
        "stack's name it is still below the old path (docs/deploy.md)"
    )


def _wrong_pepper(pepper: str, parameter: str) -> str:
    """What is wrong with the pepper, or nothing."""
    kept = app.fingerprints.kept()
    if kept:
        if kept == pepper_fingerprint(pepper.encode()):
            return ""
        return f"not the one that readers' ids were made with; {_earlier_version(kept, parameter)}"
    # The stack comes from a release that kept no fingerprints: the id of any reader shows whether the pepper fits.
    reader = app.reader_export.somebody()
    if reader is None or reader[0] == subscriber_id(pepper.encode(), reader[1]):
        return ""
    return f"not the one that readers' ids were made with (for one, that of {reader[0]}); put the earlier value back"


def _earlier_version(kept: str, parameter: str) -> str:
    """Which version of the parameter has the fingerprint, and how to restore it."""
    pages = aws.client("ssm").get_paginator("get_parameter_history")
    for page in pages.paginate(Name=parameter, WithDecryption=True):
        for version in page["Parameters"]:
            if pepper_fingerprint(version["Value"].encode()) == kept:
                number = version["Version"]
                return (
                    f"version {number} of the parameter is the right one: `aws ssm put-parameter --overwrite --type "
                    f'SecureString --name {parameter} --value "$(aws ssm get-parameter --with-decryption --name '
                    f'{parameter}:{number} --query Parameter.Value --output text)"`'
                )
    return "no version in the parameter's history is the right one, so put the earlier value back from your copy"


def _values() -> dict[str, str]:
    pages = aws.client("ssm").get_paginator("get_parameters_by_path")
    return {
        parameter["Name"].rsplit("/", 1)[-1]: parameter["Value"]
        for page in pages.paginate(Path=app.settings.secrets_path, WithDecryption=True)
        for parameter in page["Parameters"]
    }
