"""What is wrong with a setting, as text keys: pydantic's own words would quote the value."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from bot.domain.errors import SettingProblem

_CODES = {
    "bool_parsing": "setting-yes-no",
    "bool_type": "setting-yes-no",
    "int_parsing": "setting-whole-number",
    "int_type": "setting-whole-number",
    "int_from_float": "setting-whole-number",
    "int_parsing_size": "setting-whole-number",
    "float_parsing": "setting-number",
    "float_type": "setting-number",
    "finite_number": "setting-number",
    "literal_error": "setting-choice",
    "enum": "setting-choice",
    "missing": "setting-field-missing",
}
_LIMITS = {"ge": "setting-too-small", "gt": "setting-not-above", "le": "setting-too-large"}


def explained(error: ValidationError, prefix: str = "") -> Iterator[SettingProblem]:
    """One problem for each of pydantic's complaints, without its words and inputs."""
    found = error.errors(include_url=False, include_context=True, include_input=False)
    for each in found:
        place = ".".join(str(part) for part in each["loc"])
        name = f"{prefix}{place}" if prefix else place.partition(".")[0].upper()
        yield _problem(name, each["type"], each.get("ctx", {}))


def _problem(name: str, kind: str, context: Mapping[str, Any]) -> SettingProblem:
    for bound, code in _LIMITS.items():
        if bound in context:
            return SettingProblem(code, name=name, limit=int(context[bound]))
    if kind.startswith("setting-"):
        return SettingProblem(kind, name=name)
    if expected := context.get("expected"):
        return SettingProblem("setting-choice", name=name, choices=str(expected))
    return SettingProblem(_CODES.get(kind, "setting-malformed"), name=name)


def unknown_keys(given: Iterable[str], known: Iterable[str], where: str) -> list[SettingProblem]:
    """Keys that nothing reads, with the one that was probably meant."""
    names = list(known)
    return [_unknown(key, names, where) for key in given if key not in names]


def _unknown(key: str, known: list[str], where: str) -> SettingProblem:
    near = get_close_matches(key, known, n=1)
    return SettingProblem(
        "setting-unknown-near" if near else "setting-unknown",
        name=key,
        where=where,
        near=near[0] if near else "",
    )
