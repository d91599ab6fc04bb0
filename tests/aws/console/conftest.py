"""An issuer that the console of each test's stack trusts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.console.console_calls import MARKETING, Browser, trust
from tests.support.console.issuer import Issuer, issuing
from tests.support.stack.cloud import Cloud


@pytest.fixture(scope="package")
def long_lived() -> Iterator[Issuer]:
    """One issuer for all tests of the console; its key takes long to make."""
    with issuing() as running:
        yield running


@pytest.fixture
def issuer(long_lived: Issuer, monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> Issuer:
    """The issuer, trusted by the console of this test's stack."""
    assert cloud.stack is not None
    long_lived.reset()
    trust(long_lived, monkeypatch)
    return long_lived


@pytest.fixture
def browser(cloud: Cloud, issuer: Issuer) -> Browser:
    """Nobody has signed in yet."""
    return Browser(cloud, issuer)


@pytest.fixture
def looker(cloud: Cloud, issuer: Issuer) -> Browser:
    """Signed in, and may not send."""
    browser = Browser(cloud, issuer)
    browser.sign_in()
    return browser


@pytest.fixture
def marketing(cloud: Cloud, issuer: Issuer) -> Browser:
    """Signed in, and may send."""
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING)
    return browser
