"""The parts that the tests of OAuth share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsupport.oauth import AuthorizationServer, Deployment


@pytest.fixture(scope="module")
def parts() -> Iterator[Deployment]:
    """A server, a client and an API that run, one set for the tests of a module."""
    with Deployment() as running:
        yield running


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    """An authorization server of the test's own."""
    with AuthorizationServer() as running:
        yield running
