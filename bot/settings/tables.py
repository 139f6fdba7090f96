"""The tables of `clapper.toml`: which models are on offer and which relays make them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from string import Formatter
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.domain.errors import SettingProblem
from bot.domain.models import ImageTransport, VideoModel
from bot.settings.model import Relay
from bot.settings.problems import explained, unknown_keys

_MODEL = TypeAdapter(VideoModel)
_RELAY = TypeAdapter(Relay)
_MODEL_KEYS = [each.name for each in fields(VideoModel)]
_RELAY_KEYS = ["base_url", "api_key_env", "headers", "concurrency"]
_RATIO = re.compile(r"[1-9]\d?:[1-9]\d?", re.ASCII)
_OWN_FIELDS = frozenset({"model", "messages", "stream"})
_PLACES = {"ratio", "seconds", "orientation"}


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
        problems += [SettingProblem(code, name=prefix + key) for key, code in _rules(model)]
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


def _rules(model: VideoModel) -> Iterator[tuple[str, str]]:
    """What types cannot say of an entry, as (field, text key)."""
    for name, text in (("id", model.id), ("label", model.label)):
        if not 1 <= len(text.strip()) <= 100 or not text.isprintable():  # noqa: PLR2004 - a choice's
            yield name, "setting-short-text"
    if min(model.credits, model.credits_per_second) < 0:
        yield "credits", "setting-credits-negative"
    if any(not 1 <= each <= 3600 for each in model.seconds):  # noqa: PLR2004 - an hour
        yield "seconds", "setting-model-seconds"
    if not all(_RATIO.fullmatch(each) for each in model.ratios):
        yield "ratios", "setting-model-ratios"
    if not 0 <= model.images <= 10:  # noqa: PLR2004 - Discord's attachments per message
        yield "images", "setting-model-images"
    if model.image_required and (not model.images or model.image_transport is ImageTransport.NONE):
        yield "image_required", "setting-model-image-required"
    yield from _wire_rules(model)


def _wire_rules(model: VideoModel) -> Iterator[tuple[str, str]]:
    if not _holds_only(model.name, _PLACES):
        yield "name", "setting-model-name"
    if "{prompt}" not in model.prompt_template or not _holds_only(
        model.prompt_template, _PLACES | {"prompt"}
    ):
        yield "prompt_template", "setting-model-template"
    if _OWN_FIELDS & model.body.keys():
        yield "body", "setting-model-body"


def _holds_only(template: str, places: set[str]) -> bool:
    try:
        found = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    except ValueError:
        return False
    return found <= places


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
    return relay
