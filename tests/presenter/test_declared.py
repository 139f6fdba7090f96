"""Whatever comes as a command's event is as declared or not; it never breaks who looks."""

import discord
import pytest
from discord import app_commands
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.presenter.declared import as_declared

names = st.sampled_from(["video", "admin", "set", "prompt", "seconds", "image", "period", "x"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | names
keys = st.sampled_from(["name", "type", "value", "options", "resolved", "focused", "attachments"])
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | names, inner, max_size=5),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def tree() -> app_commands.CommandTree[discord.Client]:
    made = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    group = app_commands.Group(name="admin", description="…")

    @made.command(description="…")
    async def video(
        interaction: discord.Interaction, prompt: str, image: discord.Attachment | None = None
    ) -> None: ...

    @group.command(name="set", description="…")
    @app_commands.choices(period=[app_commands.Choice(name="day", value="day")])
    async def allow(
        interaction: discord.Interaction, seconds: int, period: str = "day"
    ) -> None: ...

    made.add_command(group)
    return made


@given(anything, st.booleans())
@settings(deadline=None, max_examples=300)
def test_nothing_breaks_it(
    tree: app_commands.CommandTree[discord.Client], data: object, typing: bool
) -> None:
    assert as_declared(tree, data, typing=typing) in (True, False)


def test_nested_without_end_is_not_as_declared(
    tree: app_commands.CommandTree[discord.Client],
) -> None:
    option: dict[str, object] = {"name": "x", "type": 1}
    for _ in range(100_000):
        option = {"name": "x", "type": 1, "options": [option]}

    assert not as_declared(tree, {"name": "admin", "options": [option]}, typing=False)


def test_what_discord_sends_is_as_declared(tree: app_commands.CommandTree[discord.Client]) -> None:
    image = {"name": "image", "type": 11, "value": "1"}
    prompt = {"name": "prompt", "type": 3, "value": "a boat"}
    resolved = {"attachments": {"1": {"id": "1", "filename": "a.png"}}}
    whole = {"id": "5", "name": "video", "type": 1, "guild_id": "7", "options": [prompt, image]}
    inner = {"name": "set", "type": 1, "options": [{"name": "seconds", "type": 4, "value": 4}]}

    assert as_declared(tree, {**whole, "resolved": resolved}, typing=False)
    assert as_declared(tree, {"name": "admin", "options": [inner]}, typing=False)
    assert not as_declared(tree, whole, typing=False)
