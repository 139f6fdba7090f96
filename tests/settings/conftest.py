"""A folder without settings, and an environment that has none either."""

import os
from pathlib import Path

import pytest

from bot.settings.load import CONFIG_NAME, SETTING_KEYS
from bot.settings.secret_files import SECRETS_NAME


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(SECRETS_NAME, str(tmp_path / "none"))
    names = {CONFIG_NAME, *(key.upper() for key in SETTING_KEYS)}
    for name in names & {name.upper() for name in os.environ}:
        monkeypatch.delenv(name)
    return tmp_path
