"""One process at a time for each shard of a bot; on SQLite one for everything."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.errors import StorageError
from storage import instance
from storage.engine import parse, server_engine
from storage.instance import Claim, only_instance
from tests.postgres import Postgres


def claim(*shards: int, of: int = 1, application: str = "900000000000000001") -> Claim:
    return Claim(application=application, shards=shards or (0,), shard_count=of)


@pytest.fixture
async def shared(postgres: Postgres) -> AsyncIterator[str]:
    """A database that several processes may share."""
    created = await postgres.create_database()
    yield created
    await postgres.drop_database(created)


async def refusal(url: str, wanted: Claim) -> StorageError:
    with pytest.raises(StorageError) as refused:
        async with only_instance(url, wanted):
            pass
    return refused.value


async def test_a_second_bot_is_turned_away(url: str) -> None:
    async with only_instance(url, claim()):
        assert (await refusal(url, claim())).code == "storage-in-use"


async def test_one_file_has_one_place_by_whatever_way_it_is_reached(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    async with only_instance(f"sqlite:///{tmp_path}/real/clapper.db", claim()):
        refused = await refusal(f"sqlite:///{tmp_path}/link/clapper.db", claim())

    assert refused.code == "storage-in-use"


async def test_the_next_bot_may_start_when_the_first_has_ended(url: str) -> None:
    async with only_instance(url, claim()):
        pass

    async with only_instance(url, claim()):
        pass


async def test_a_refused_bot_leaves_nothing_behind(url: str) -> None:
    async with only_instance(url, claim()):
        await refusal(url, claim())
        await refusal(url, claim())

    async with only_instance(url, claim()):
        pass


async def test_processes_with_other_shards_work_side_by_side(shared: str) -> None:
    async with AsyncExitStack() as stack:
        for shards in ([0, 1], [2], [3]):
            await stack.enter_async_context(only_instance(shared, claim(*shards, of=4)))

        refused = await refusal(shared, claim(0, of=4))

    assert (refused.code, refused.params) == ("storage-shard-in-use", {"shard": 0})


@pytest.mark.parametrize(("wanted", "named"), [([1, 2], 1), ([2, 3, 0], 0), ([1], 1)])
async def test_overlapping_shards_are_refused_by_name(
    shared: str, wanted: Sequence[int], named: int
) -> None:
    async with only_instance(shared, claim(0, 1, of=4)):
        refused = await refusal(shared, claim(*wanted, of=4))

        async with only_instance(shared, claim(2, 3, of=4)):
            pass

    assert (refused.code, refused.params) == ("storage-shard-in-use", {"shard": named})


async def test_another_bot_has_no_place_on_the_same_database(shared: str) -> None:
    """It would take up jobs whose cards it cannot edit."""
    async with only_instance(shared, claim()):
        refused = await refusal(shared, claim(3, of=4, application="900000000000000003"))

    assert refused.code == "storage-other-bot"
    async with only_instance(shared, claim(application="900000000000000003")):
        pass


async def test_all_processes_of_a_bot_have_the_same_count(shared: str) -> None:
    async with only_instance(shared, claim(0, of=2)):
        refused = await refusal(shared, claim(3, of=4))

        async with only_instance(shared, claim(1, of=2)):
            pass

    assert (refused.code, refused.params) == ("storage-shard-count", {"found": 2, "wanted": 4})


async def test_a_place_that_was_lost_is_taken_again(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "LOOK_EVERY", 0.01)
    async with only_instance(shared, claim()) as place:
        keeping = asyncio.create_task(place.keep())
        await end_sessions(shared)
        async with asyncio.timeout(20):
            while (await held(shared)) == 0:  # noqa: ASYNC110 (PostgreSQL rings no bell)
                await asyncio.sleep(0.01)

        assert (await refusal(shared, claim())).code == "storage-in-use"
        assert not keeping.done()
        keeping.cancel()


async def test_a_process_whose_place_was_taken_meanwhile_ends(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with only_instance(shared, claim()) as place:
        await end_sessions(shared)
        async with only_instance(shared, claim()):
            monkeypatch.setattr(instance, "LOOK_EVERY", 0.01)

            with pytest.raises(StorageError) as ended:
                async with asyncio.timeout(20):
                    await place.keep()

    assert ended.value.code == "storage-in-use"


async def test_sessions_begin_one_after_the_other(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "TURN_EVERY", 0.01)
    inside: list[int] = []
    most = 0

    async def begin(shard: int) -> None:
        nonlocal most
        async with only_instance(shared, claim(shard, of=4)) as place, place.turn():
            inside.append(shard)
            most = max(most, len(inside))
            await asyncio.sleep(0.05)
            inside.remove(shard)

    async with asyncio.timeout(30):
        await asyncio.gather(*map(begin, range(4)))

    assert most == 1


async def test_a_turn_is_given_without_the_database(shared: str) -> None:
    async with only_instance(shared, claim()) as place:
        await end_sessions(shared)

        async with asyncio.timeout(20), place.turn():
            pass


async def test_a_turn_on_one_file_waits_for_nobody(tmp_path: object) -> None:
    async with only_instance(f"sqlite:///{tmp_path}/clapper.db", claim()) as place, place.turn():
        pass


async def end_sessions(url: str) -> None:
    """As a restart of the server would, and until they are gone."""
    await _ask(url, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
               " WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip


async def held(url: str) -> int:
    return await _ask(url, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                      " AND pid <> pg_backend_pid()")  # fmt: skip


async def _ask(url: str, question: str) -> int:
    engine = server_engine(parse(url))
    try:
        async with engine.connect() as connection:
            found = (await connection.execute(text(question))).scalar()
            return int(found or 0)
    finally:
        await engine.dispose()
