"""The tables of `clapper.toml`: which models are on offer and which relays make them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.domain.errors import SettingProblem
from bot.domain.models import VideoModel
from bot.settings.model import Relay
from bot.settings.problems import explained, unknown_keys
from bot.settings.rules import model_problems

_MODEL = TypeAdapter(VideoModel)
_RELAY = TypeAdapter(Relay)
_MODEL_KEYS = [each.name for each in fields(VideoModel)]
_RELAY_KEYS = ["base_url", "api_key_env", "headers", "concurrency"]
_KEY_PLACE = "{key}"
"""In a header it stands for the relay's key, which has no place in the file."""


@dataclass(slots=True)
class Tables:
    """What was understood, and what was not."""

    models: list[VideoModel] = field(default_factory=list)
    relays: dict[str, Relay] = field(default_factory=dict)
    problems: list[SettingProblem] = field(default_factory=list)


def read_tables(document: Mapping[str, Any], names: Mapping[str, str | None]) -> Tables:
    """The models and relays of a parsed file; `names` is where `api_key_env` is looked up."""
    tables = Tables()
    for number, entry in enumerate(_listed(document.get("models", [])), start=1):
        _add_model(tables, entry, number)
    for name, entry in _tabled(document.get("relays", {})):
        _add_relay(tables, name, entry, names)
    return tables


def key_names(document: Mapping[str, Any]) -> list[str]:
    """The variables that a parsed file names for the keys of its relays."""
    entries = (entry for _, entry in _tabled(document.get("relays", {})))
    named = (entry.get("api_key_env") for entry in entries if isinstance(entry, dict))
    return [name for name in named if isinstance(name, str)]


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _tabled(value: object) -> Sequence[tuple[str, object]]:
    return list(value.items()) if isinstance(value, dict) else [("default", value)]


def _add_model(tables: Tables, entry: object, number: int) -> None:
    place = f"models[{number}]"
    if not isinstance(entry, dict):
        tables.problems.append(SettingProblem("setting-table", name=place, form="[[models]]"))
        return
    prefix = f"{place}."
    problems = unknown_keys(entry, _MODEL_KEYS, place)
    try:
        model = _MODEL.validate_python({"label": entry.get("id"), **_known(entry, _MODEL_KEYS)})
    except ValidationError as error:
        problems += _once(explained(error, prefix))
    else:
        problems += model_problems(model, prefix)
        if any(other.id == model.id for other in tables.models):
            problems.append(SettingProblem("setting-twice", name=f"{prefix}id"))
        tables.models.append(model)
    tables.problems += problems


def _known(entry: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key in keys}


def _once(problems: Iterator[SettingProblem]) -> list[SettingProblem]:
    """A missing id is missed as its label too: one sentence is enough."""
    found = list(problems)
    missing = any(problem.code == "setting-field-missing" for problem in found)
    return [p for p in found if not (missing and str(p.params["name"]).endswith(".label"))]


def _add_relay(tables: Tables, name: str, entry: object, names: Mapping[str, str | None]) -> None:
    place = f"relays.{name}"
    if not isinstance(entry, dict):
        tables.problems.append(SettingProblem("setting-table", name=place, form="[relays.NAME]"))
        return
    tables.problems += unknown_keys(entry, _RELAY_KEYS, place)
    try:
        tables.relays[name] = _relay(entry, names, place)
    except SettingProblem as problem:
        tables.problems.append(problem)
    except ValidationError as error:
        tables.problems += explained(error, f"{place}.")


def _relay(entry: Mapping[str, Any], names: Mapping[str, str | None], place: str) -> Relay:
    key_name = str(entry.get("api_key_env", "RELAY_API_KEY"))
    given = {key: entry[key] for key in ("headers", "concurrency") if key in entry}
    relay = _RELAY.validate_python(
        {"base_url": entry.get("base_url", ""), "api_key": names.get(key_name) or "", **given}
    )
    if not relay.base_url:
        raise SettingProblem("setting-field-missing", name=f"{place}.base_url")
    if not relay.api_key:
        raise SettingProblem("setting-relay-key", name=place, variable=key_name)
    return replace(relay, headers=_with_key(relay))


def _with_key(relay: Relay) -> Mapping[str, str]:
    key = relay.api_key.get_secret_value()
    return {name: value.replace(_KEY_PLACE, key) for name, value in relay.headers.items()}
