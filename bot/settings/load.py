"""Gathers the settings: environment over `.env` over files of secrets over `clapper.toml`."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)

from bot.domain.errors import SettingProblem, SettingsError
from bot.settings import forms
from bot.settings.model import DEFAULT_RELAY, Settings
from bot.settings.problems import explained, unknown_keys
from bot.settings.secret_files import FOLDER, SECRETS_NAME, read_secrets
from bot.settings.tables import Tables, key_names, read_tables

Purpose: TypeAlias = Literal["run", "generate", "check"]
"""`check` wants whatever is there: nothing is missed, only malformed settings are problems."""

CONFIG_NAME = "CLAPPER_CONFIG"
_TABLES = ("models", "relay_tables")
SETTING_KEYS = tuple(name for name in Settings.model_fields if name not in _TABLES)
"""The settings by their names in the file; in the environment they are in capitals."""

_DOTENV = Path(".env")
_ENCODING = "utf-8-sig"
"""Windows editors write a mark at the start that would belong to the first name."""

_REQUIRED: Mapping[Purpose, tuple[str, ...]] = {
    "run": ("discord_token", "relay_base_url", "relay_api_key"),
    "generate": ("relay_base_url", "relay_api_key"),
    "check": (),
}


class _Ambient(Settings, BaseSettings):
    """Tells pydantic-settings which names to look for."""

    # Never made, so never built: only its fields are looked at.
    model_config = SettingsConfigDict(frozen=True, defer_build=True)


def load_settings(*, for_: Purpose) -> Settings:
    """The settings as this process finds them in its environment and working folder.

    Raises:
        SettingsError: with one problem for each setting that is missing or malformed.
    """
    names = _names()
    document = _document(names)
    folder = forms.folder(names.get(SECRETS_NAME) or str(FOLDER))
    secrets = read_secrets(folder, [*SETTING_KEYS, *key_names(document)])
    written = {name: value for name, value in names.items() if value}
    tables = read_tables(document, {**secrets, **written})
    settings, problems = _settings(document, secrets, tables)
    told = {problem.params.get("name") for problem in problems}
    problems += [each for each in missing(settings, for_) if each.params["name"] not in told]
    problems = tables.problems + problems or list(_unfit(settings))
    if problems:
        raise SettingsError(problems)
    return settings


def config_path() -> Path | None:
    """The `clapper.toml` that is read: CLAPPER_CONFIG's, else the working folder's, if any."""
    return _config_path(_names())


def unknown_in_dotenv() -> list[SettingProblem]:
    """Names in `.env` that are nearly a setting's; others may belong to someone else."""
    keys = key_names(_document(_names()))
    known = [*(key.upper() for key in SETTING_KEYS), CONFIG_NAME, SECRETS_NAME, *keys]
    found = unknown_keys(dotenv_values(_DOTENV, encoding=_ENCODING), known, ".env")
    return [problem for problem in found if problem.params["near"]]


def _names() -> Mapping[str, str | None]:
    """Environment over `.env`, as pydantic-settings sees them too."""
    try:
        return {**dotenv_values(_DOTENV, encoding=_ENCODING), **os.environ}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([SettingProblem("setting-file", name=".env")]) from error


def _config_path(names: Mapping[str, str | None]) -> Path | None:
    if given := names.get(CONFIG_NAME):
        return forms.folder(given)
    here = Path("clapper.toml")
    return here if here.exists() else None


def _document(names: Mapping[str, str | None]) -> dict[str, Any]:
    path = _config_path(names)
    if path is None:
        return {}
    import tomllib  # noqa: PLC0415 - who has no such file need not wait for it

    try:
        return forms.lower_keys(tomllib.loads(path.read_text(encoding=_ENCODING)))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([_syntax(path, error)]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([SettingProblem("setting-file", name=str(path))]) from error


def _syntax(path: Path, error: ValueError) -> SettingProblem:
    """Only the place is told: the line itself may hold a key."""
    line = re.search(r"line (\d+)", str(error))
    place = line[1] if line else "?"
    return SettingProblem("setting-toml", name=str(path), line=place)


def _settings(
    document: Mapping[str, Any], secrets: Mapping[str, str], tables: Tables
) -> tuple[Settings, list[SettingProblem]]:
    known = (*SETTING_KEYS, "models", "relays")
    problems = unknown_keys(document, known, "clapper.toml")
    given = {name: document[name] for name in SETTING_KEYS if name in document}
    given |= {name: secrets[name.upper()] for name in SETTING_KEYS if name.upper() in secrets}
    given |= DotEnvSettingsSource(
        _Ambient, env_file=_DOTENV, env_file_encoding=_ENCODING, env_ignore_empty=True
    )()
    given |= EnvSettingsSource(_Ambient, env_ignore_empty=True)()
    given |= {"models": tuple(tables.models), "relay_tables": tables.relays}
    try:
        return Settings(**given), problems
    except ValidationError as error:
        malformed = {each["loc"][0] for each in error.errors()}
        fit = {name: value for name, value in given.items() if name not in malformed}
        return Settings(**fit), problems + list(explained(error))


def missing(settings: Settings, for_: Purpose) -> Iterator[SettingProblem]:
    """What is not set and needed for a purpose.

    A `[relays.default]` table does instead of RELAY_BASE_URL and RELAY_API_KEY, and neither is
    needed where every model names a relay of its own.
    """
    for name in _REQUIRED[for_]:
        spared = name.startswith("relay_") and not _default_wanted(settings)
        if not getattr(settings, name) and not spared:
            yield SettingProblem("setting-missing", name=name.upper())


def _default_wanted(settings: Settings) -> bool:
    """Whether RELAY_BASE_URL and RELAY_API_KEY have to make a relay; a half-set pair does too."""
    if DEFAULT_RELAY in settings.relay_tables:
        return False
    named = any(model.relay == DEFAULT_RELAY for model in settings.catalogue)
    return named or bool(settings.relay_base_url)


def _unfit(settings: Settings) -> Iterator[SettingProblem]:
    """What only shows when the settings are seen together."""
    ids = [model.id for model in settings.models]
    if ids and "default_model" in settings.model_fields_set and settings.default_model not in ids:
        yield SettingProblem("setting-default-model", name="DEFAULT_MODEL", choices=", ".join(ids))
    yield from _unfit_shards(settings)
    for model in settings.models:
        if model.relay != DEFAULT_RELAY and model.relay not in settings.relays:
            choices = ", ".join(settings.relays) or "-"
            name = f"models.{model.id}.relay"
            yield SettingProblem("setting-choice", name=name, choices=choices)


def _unfit_shards(settings: Settings) -> Iterator[SettingProblem]:
    if max(settings.shards) >= settings.shard_count:
        last = settings.shard_count - 1
        yield SettingProblem("setting-shard-range", name="SHARD_IDS", limit=last)
    elif not settings.alone and settings.database.startswith("sqlite"):
        yield SettingProblem("setting-shards-sqlite", name="SHARD_IDS")
