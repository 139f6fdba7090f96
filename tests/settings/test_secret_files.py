"""Secrets in files, as Docker and Kubernetes hand them over: one each, named like its setting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.errors import SettingsError
from bot.settings import load_settings

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("CLAPPER_SECRETS", str(folder))
    return folder


def test_a_file_is_a_setting(secrets: Path) -> None:
    (secrets / "discord_token").write_text(f"{TOKEN}\n")
    (secrets / "RELAY_API_KEY").write_text("\ufeffsk-relay-key\r\n")
    (secrets / "relay_base_url").write_text("https://relay.example/v1")

    settings = load_settings(for_="run")

    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.relay_api_key.get_secret_value() == "sk-relay-key"
    assert set(settings.secrets) == {TOKEN, "sk-relay-key"}


def test_the_key_of_a_named_relay_may_be_a_file(secrets: Path, folder: Path) -> None:
    (secrets / "lngai_api_key").write_text("sk-of-lngai\n")
    (folder / "clapper.toml").write_text(
        '[relays.lngai]\nbase_url = "https://lngai.example"\napi_key_env = "LNGAI_API_KEY"\n'
    )

    assert "sk-of-lngai" in load_settings(for_="check").secrets


def test_the_environment_and_dotenv_win(
    secrets: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secrets / "relay_api_key").write_text("sk-of-a-file")
    (secrets / "default_model").write_text("veo-of-a-file")
    (folder / ".env").write_text("DEFAULT_MODEL=veo-of-dotenv\nDISCORD_TOKEN=\n")
    (folder / "clapper.toml").write_text('max_running = 2\ntimezone = "Europe/Berlin"\n')
    (secrets / "timezone").write_text("Asia/Shanghai")
    (secrets / "discord_token").write_text(TOKEN)
    monkeypatch.setenv("RELAY_API_KEY", "sk-of-the-environment")

    settings = load_settings(for_="check")

    assert settings.relay_api_key.get_secret_value() == "sk-of-the-environment"
    assert settings.default_model == "veo-of-dotenv"
    assert settings.timezone == "Asia/Shanghai"
    assert settings.discord_token.get_secret_value() == TOKEN


def test_what_lies_there_for_others_is_left_alone(secrets: Path) -> None:
    (secrets / "kubernetes.io").mkdir()
    (secrets / "..data").mkdir()
    (secrets / ".hidden").write_bytes(b"\xff\xfe")
    (secrets / "of_another_service").write_bytes(b"\xff\xfe")

    assert load_settings(for_="check").secrets == ()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 100_000], ids=["bytes", "huge"])
def test_a_file_that_is_no_secret_is_named_and_not_shown(secrets: Path, content: bytes) -> None:
    (secrets / "discord_token").write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        load_settings(for_="check")

    (problem,) = caught.value.problems
    assert problem.code == "setting-file"
    assert problem.params["name"] == str(secrets / "discord_token")
    assert "xxx" not in str(caught.value)


AS_NOBODY = """
import os
from bot.domain.errors import SettingsError
from bot.settings import load_settings
if os.geteuid() == 0:
    os.setuid(65534)
try:
    load_settings(for_="check")
except SettingsError as error:
    print(*(problem.code for problem in error.problems))
"""


def test_a_folder_that_may_not_be_read_is_a_problem_of_the_settings(secrets: Path) -> None:
    secrets.chmod(0)
    known = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    told = subprocess.run(
        [sys.executable, "-c", AS_NOBODY],
        env=known,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    secrets.chmod(0o700)
    assert told.stdout.split() == ["setting-file"]
