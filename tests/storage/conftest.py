"""Every storage test runs on SQLite and, where its server is installed, on PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ledger import Limits
from storage.database import Database
from tests.blank import copy_on, make_blank
from tests.postgres import MISSING, Postgres, find_binaries, running_postgres
from tests.storage.studio import Clock, Studio


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(MISSING)
    with running_postgres(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, blank: Path, tmp_path: Path) -> AsyncIterator[str]:
    """Of a new database; of one with its schema where the test finds it open."""
    open_already = "database" in request.fixturenames
    if request.param == "sqlite":
        if open_already:
            shutil.copy(blank, tmp_path / "clapper.db")
        yield f"sqlite:///{tmp_path}/clapper.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    created = await (copy_on(server) if open_already else server.create_database())
    yield created
    await server.drop_database(created)


@pytest.fixture(params=["sqlite", "postgres"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Like `url`, for tests that run loops of their own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/clapper.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    created = asyncio.run(server.create_database())
    yield created
    asyncio.run(server.drop_database(created))


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_blank(tmp_path_factory.mktemp("blank"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_studio(database: Database, clock: Clock) -> Callable[..., Studio]:
    def make(**limits: Any) -> Studio:
        generous = Limits(max_running=1, max_waiting=500)
        return Studio(database, clock, replace(generous, **limits))

    return make


@pytest.fixture
def studio(make_studio: Callable[..., Studio]) -> Studio:
    return make_studio()
