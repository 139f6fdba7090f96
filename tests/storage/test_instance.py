"""One bot at a time on one database."""

import pytest

from bot.domain.errors import StorageError
from storage.instance import only_instance


async def test_a_second_bot_is_turned_away(url: str) -> None:
    async with only_instance(url):
        with pytest.raises(StorageError) as refused:
            async with only_instance(url):
                pass

    assert refused.value.code == "storage-in-use"


async def test_the_next_bot_may_start_when_the_first_has_ended(url: str) -> None:
    async with only_instance(url):
        pass

    async with only_instance(url):
        pass
