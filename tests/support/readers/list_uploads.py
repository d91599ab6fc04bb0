"""Exports of other services as they come, and a browser that uploads them in the console."""

from __future__ import annotations

from tests.support.console.console_calls import Answer, Browser, call

MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,TAGS\n"
    "a@example.com,Aino,Aalto,2,2024-01-02 10:00:00,vip\n"
    "b@example.com,Bo,Berg,2,2024-01-02 10:00:00,\n"
    "not an address,Cee,Cee,2,2024-01-02 10:00:00,\n"
)
LISTMONK = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    "u1,a@example.com,Aino,{},enabled,2024-01-02,2024-01-02\n"
    "u2,b@example.com,Bo,{},blocklisted,2024-01-02,2024-01-02\n"
)


def send_file(browser: Browser, name: str, text: str, path: str = "/console/imports") -> Answer:
    """What a browser makes of the form with a file."""
    body = (
        f'--sep\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{browser.form_token()}\r\n'
        f'--sep\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
        f"{text}\r\n--sep--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=sep"}
    return call(browser.cloud, "POST", path, body, headers, browser.jar)


def press(browser: Browser, path: str, *fields: tuple[str, str]) -> Answer:
    return browser.post(path, ("form_token", browser.form_token()), *fields)
