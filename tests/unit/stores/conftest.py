"""A real Redis for the tests of a module, empty for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsupport.stores import RedisServer


@pytest.fixture(scope="module")
def running_redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis(running_redis: RedisServer) -> RedisServer:
    from redis import Redis

    with Redis.from_url(running_redis.url) as client:
        client.flushall()
    return running_redis
