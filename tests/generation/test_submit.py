"""What the options alone show to be wrong, whoever sends it."""

from pathlib import Path
from typing import cast

import pytest

from bot.domain.errors import Refusal
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import Order, Requester, VideoRequest
from bot.generation.earlier import EarlierVideos
from bot.generation.endings import Endings
from bot.generation.gate import Bell, Gate
from bot.generation.line import Line
from bot.generation.pictures import Pictures
from bot.generation.standing import Standing
from bot.generation.submit import Submit
from storage.jobs import Jobs
from storage.ledger import Ledger
from tests.generation.test_standing import Clock
from tests.storage.studio import a_card

MODELS = Catalogue([VideoModel(id="sora-2", label="Sora 2")])


@pytest.fixture
def submit(tmp_path: Path) -> Submit:
    """Its checks come before the database, so that it has none."""
    return Submit(
        ledger=cast("Ledger", None),
        jobs=cast("Jobs", None),
        earlier=cast("EarlierVideos", None),
        catalogue=MODELS,
        gate=Gate(),
        standing=Standing(MODELS, Clock()),
        pictures=cast("Pictures", None),
        line=cast("Line", None),
        bell=Bell(),
        endings=cast("Endings", None),
        max_image_bytes=1,
    )


def order(prompt: str, model: str = "sora-2") -> Order:
    return Order(
        interaction_id=1,
        request=VideoRequest(prompt=prompt, model=model),
        requester=Requester(guild_id=1, user_id=1),
        channel_id=1,
    )


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("", "refusal-prompt-empty"),
        (" \n\t\u3000", "refusal-prompt-empty"),
        ("\u200b\u202e\x00\ufeff\u2028", "refusal-prompt-empty"),
        ("x" * 4_001, "refusal-prompt-long"),
        ("x" * 6_000, "refusal-prompt-long"),
    ],
)
async def test_prompts_have_1_to_4000_characters(submit: Submit, prompt: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await submit(order(prompt), a_card())

    assert refusal.value.code == code


def test_4000_characters_are_not_too_many(submit: Submit) -> None:
    submit.check(order("纸" * 4_000))


async def test_a_model_that_is_gone_is_named(submit: Submit) -> None:
    with pytest.raises(Refusal) as refusal:
        await submit(order("a boat", model="sora-1"), a_card())

    assert refusal.value.params == {"value": "sora-1", "choices": "Sora 2"}
