"""Help, wrong usage and settings: what every command has in common."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Clapper

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
COMMANDS = ["run", "demo", "generate", "check", "health", "backup"]


async def test_help_names_every_command(clapper: Clapper) -> None:
    ended = await clapper("--help")

    assert ended.code == 0
    assert [command for command in COMMANDS if command in ended.out] == COMMANDS
    assert "cli-help" not in ended.out


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_explains_itself(clapper: Clapper, command: str) -> None:
    ended = await clapper(command, "--help")

    assert ended.code == 0
    assert "cli-help" not in ended.out
    assert len(ended.out.splitlines()) > 6


@pytest.mark.parametrize(
    "arguments", [["fly"], ["generate"], ["run", "--fast"], ["demo", "--port", "x"]]
)
async def test_wrong_usage_ends_with_2(clapper: Clapper, arguments: list[str]) -> None:
    ended = await clapper(*arguments)

    assert ended.code == 2
    assert "Usage" in ended.err
    assert "Traceback" not in ended.err


async def test_the_demo_wants_an_image_that_is_there(clapper: Clapper) -> None:
    ended = await clapper("demo", "--headless", "--image", "missing.png")

    assert ended.code == 2
    assert "missing.png" in ended.err


async def test_run_names_each_missing_setting_in_a_sentence(clapper: Clapper) -> None:
    ended = await clapper("run")

    assert ended.code == 2
    lines = ended.err.splitlines()
    assert [line.split()[0] for line in lines] == [
        "DISCORD_TOKEN",
        "RELAY_BASE_URL",
        "RELAY_API_KEY",
    ]
    assert all(line.endswith(".") for line in lines)
    assert ended.out == ""


@pytest.mark.parametrize(
    "settings",
    [
        {"DISCORD_TOKEN": "hunter2 in words"},
        {"RELAY_API_KEY": "hunter2 in words"},
        {"RELAY_BASE_URL": "hunter2"},
        {"DATABASE_URL": "hunter2://x"},
        {"MAX_RUNNING": "hunter2"},
        {"DEFAULT_PERIOD": "hunter2"},
    ],
)
async def test_a_malformed_setting_is_one_sentence_without_its_value(
    clapper: Clapper, settings: dict[str, str]
) -> None:
    needed = {"DISCORD_TOKEN": TOKEN, "RELAY_BASE_URL": "https://r.example", "RELAY_API_KEY": "k"}

    ended = await clapper("run", **{**needed, **settings})

    assert ended.code == 2
    (line,) = ended.err.splitlines()
    assert line.startswith(next(iter(settings)))
    assert "hunter2" not in ended.out + ended.err


async def test_a_mistake_in_the_file_is_named_by_its_line(clapper: Clapper, folder: Path) -> None:
    (folder / "clapper.toml").write_text('timezone = "UTC"\n[[models]\nid = "hunter2"\n')

    ended = await clapper("generate", "--prompt", "x")

    assert ended.code == 2
    assert "clapper.toml" in ended.err
    assert "line 2" in ended.err
    assert "hunter2" not in ended.err


def write_beat(folder: Path, **changes: object) -> None:
    beat = {"at": datetime.now(UTC).isoformat(), "connected": True, "database": True, "pid": 1}
    (folder / "health.json").write_text(json.dumps({**beat, **changes}))


async def test_health_is_0_only_when_connected_and_answering(
    clapper: Clapper, folder: Path
) -> None:
    write_beat(folder)

    ended = await clapper("health", DATA_DIR=str(folder))

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("\n") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"connected": False},
        {"database": False},
        {"at": (datetime.now(UTC) - timedelta(minutes=5)).isoformat()},
    ],
)
async def test_health_is_1_with_one_sentence_otherwise(
    clapper: Clapper, folder: Path, changes: dict[str, object]
) -> None:
    write_beat(folder, **changes)

    ended = await clapper("health", DATA_DIR=str(folder))

    assert ended.code == 1
    assert ended.out.count("\n") == 1
    assert "health-" not in ended.out


async def test_health_is_1_where_nothing_runs(clapper: Clapper, folder: Path) -> None:
    ended = await clapper("health", DATA_DIR=str(folder))

    assert ended.code == 1


@pytest.mark.skipif(os.name == "nt", reason="the environment is never empty there")
async def test_health_is_1_with_broken_settings(clapper: Clapper) -> None:
    ended = await clapper("health", MAX_RUNNING="none")

    assert ended.code == 1
    assert "MAX_RUNNING" in ended.err
