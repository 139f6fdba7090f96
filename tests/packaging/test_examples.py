"""The example files are true: everything in them is known, and everything known is in them."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.domain.models import VideoModel
from bot.settings import load_settings
from bot.settings.load import CONFIG_NAME, SETTING_KEYS
from bot.settings.secret_files import SECRETS_NAME

ROOT = Path(__file__).parents[2]
ENV_EXAMPLE = ROOT / ".env.example"
FILES = {CONFIG_NAME, SECRETS_NAME}
NAMES = {*(key.upper() for key in SETTING_KEYS), *FILES}
_LINE = re.compile(r"^(#?)([A-Z_]+)=(.*)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_every_setting_is_documented_and_every_documented_one_is_known() -> None:
    documented = {name for _, name, _ in _LINE.findall(ENV_EXAMPLE.read_text())}

    assert documented == NAMES


def test_every_line_of_the_example_is_a_setting_that_loads(folder: Path) -> None:
    lines = [
        f"{name}={value}"
        for _, name, value in _LINE.findall(ENV_EXAMPLE.read_text())
        if name not in FILES
    ]
    (folder / ".env").write_text("\n".join(lines))

    settings = load_settings(for_="check")

    assert settings.metrics_port == 9464


def test_the_example_as_it_is_lacks_only_the_three_settings(folder: Path) -> None:
    (folder / ".env").write_text(ENV_EXAMPLE.read_text())

    given = {name: value for name, value in dotenv_values(folder / ".env").items() if not value}

    assert set(given) == {"DISCORD_TOKEN", "RELAY_BASE_URL", "RELAY_API_KEY"}


@pytest.mark.parametrize("key", sorted(set(SETTING_KEYS) - {
    # These have no fixed default, or show an example because the default is nothing.
    "discord_token", "relay_base_url", "relay_api_key", "data_dir", "database_url",
    "allowed_servers", "moderator_role", "log_channel", "media_origins", "media_keep_gb",
    "discord_proxy", "metrics_port", "shard_ids",
}))  # fmt: skip
def test_a_commented_line_shows_the_default(
    folder: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    shown = {
        name.lower(): value for mark, name, value in _LINE.findall(ENV_EXAMPLE.read_text()) if mark
    }
    default = getattr(load_settings(for_="check"), key)

    monkeypatch.setenv(key.upper(), shown[key])

    assert getattr(load_settings(for_="check"), key) == default


def test_the_example_of_the_file_loads(folder: Path) -> None:
    (folder / "clapper.toml").write_text((ROOT / "clapper.example.toml").read_text())

    catalogue = load_settings(for_="check").catalogue

    assert [model.id for model in catalogue] == ["sora-2", "sora-2-long", "veo-frames"]
    assert catalogue.get("sora-2-long").price(15) == 15


def test_the_further_relay_of_the_example_loads(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "clapper.example.toml").read_text()
    table = text[text.index("# [relays.second]") :]
    (folder / "clapper.toml").write_text(re.sub(r"^# ?", "", table, flags=re.MULTILINE))
    monkeypatch.setenv("SECOND_RELAY_KEY", "sk-second")

    assert load_settings(for_="check").relays["second"].concurrency == 4


def test_every_field_of_a_model_is_explained_in_the_example() -> None:
    explained = re.findall(
        r"^(?:# )?(\w+) = ", (ROOT / "clapper.example.toml").read_text(), re.MULTILINE
    )

    assert {each.name for each in fields(VideoModel)} <= set(explained)
