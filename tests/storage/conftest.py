"""Every storage test runs on SQLite and, where its server is installed, on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ledger import Limits
from storage.database import Database
from tests.blank import make_blank, open_copy
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
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/clapper.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    created = await server.create_database()
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
async def database(url: str, blank: Path, tmp_path: Path) -> AsyncIterator[Database]:
    on_file = url.startswith("sqlite")
    opened = await (open_copy(blank, tmp_path / "clapper.db") if on_file else Database.open(url))
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
