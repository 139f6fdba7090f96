"""What operators are told: figures for Prometheus, and the log channel."""

import asyncio
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp

from bot.demo.parts import texts
from bot.demo.relay import SampleRelay
from bot.demo.stage import stage
from bot.demo.world import working, world
from tests.acceptance.scene import FAST, Scene, open_scene, until
from tests.demo.wire import SMALL


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_figures_are_served_where_the_settings_say() -> None:
    port = free_port()
    async with open_scene(metrics_port=port) as scene:
        await scene.until_over(await scene.video())
        await scene.app.drain(30)

        url = f"http://127.0.0.1:{port}/metrics"
        async with aiohttp.ClientSession() as client, client.get(url) as answer:
            figures = await answer.text()

    assert 'clapper_jobs_total{outcome="delivered",reason=""} 1.0' in figures
    assert "clapper_jobs_running 0.0" in figures


async def test_the_log_channel_hears_once_of_a_refused_key() -> None:
    async with (
        SampleRelay(pace=0, film=SMALL) as relay,
        stage(relay, pace=FAST) as quiet,
        world(quiet, work=False) as made,
    ):
        channel = made.guild.create_text_channel("operators")
        options: dict[str, Any] = {"relay_api_key": "sk-wrong", "log_channel": channel.id}
        async with stage(relay, pace=FAST, **options) as app:
            await made.env.restart_bot(app.bot)
            async with working(app, made.env):
                scene = Scene(relay=relay, app=app, world=made)
                for _ in range(2):
                    await scene.until_over(await scene.video())
                await until(lambda: bool(channel.history()))

        told = [part for message in channel.history() for part in texts(message.components)]

    assert len(told) == 1
    assert "the relay refuses the key" in told[0]
    assert "sk-wrong" not in told[0]


async def test_the_log_channel_hears_of_a_ledger_that_contradicts_itself(tmp_path: Path) -> None:
    async with (
        SampleRelay(pace=0, film=SMALL) as relay,
        stage(relay, pace=FAST, data_dir=tmp_path) as app,
        world(app, work=False) as made,
    ):
        scene = Scene(relay=relay, app=app, world=made)
        async with working(app, made.env):
            await scene.until_over(await scene.video())
        await asyncio.to_thread(_charge_without_a_hold, tmp_path / "clapper.db")

        channel = made.guild.create_text_channel("operators")
        async with stage(relay, pace=FAST, data_dir=tmp_path, log_channel=channel.id) as again:
            await made.env.restart_bot(again.bot)
            async with working(again, made.env):
                await until(lambda: bool(channel.history()))
                shown = await scene.until_over(await scene.video())

        told = [part for message in channel.history() for part in texts(message.components)]

    assert len(told) == 1
    assert "The ledger contradicts itself" in told[0]
    assert "price-not-held" in told[0]
    assert "1 credit used" in shown, "it goes on all the same"


def _charge_without_a_hold(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE jobs SET price = 2")
