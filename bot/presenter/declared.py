"""Whether a command came as it is declared: old clients send old forms, and forgers send anything.

discord.py takes the event's word for it: a value of another type reaches the command as it is, and
what cannot be read at all ends as an error that nobody catches.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import msgspec
from discord import AppCommandOptionType as Kind
from discord import app_commands

Tree: TypeAlias = "app_commands.CommandTree[Any]"

_VALUES: Mapping[Kind, tuple[type, ...]] = {
    Kind.string: (str,),
    Kind.integer: (int,),
    Kind.boolean: (bool,),
    Kind.number: (int, float),
}
_REFERENCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.user: ("users",),
    Kind.role: ("roles",),
    Kind.channel: ("channels",),
    Kind.mentionable: ("users", "roles"),
    Kind.attachment: ("attachments",),
}
"""Where what an id stands for must be."""


class _Option(msgspec.Struct):
    """An option, or the subcommand that has the options."""

    name: str
    type: int
    value: str | int | float | bool | None = None
    options: list["_Option"] = []
    focused: bool = False


class _Use(msgspec.Struct):
    """The `data` of a command's event."""

    name: str
    type: int = 1
    options: list[_Option] = []
    resolved: dict[str, dict[str, Any]] = {}


def as_declared(tree: Tree, data: object, *, typing: bool) -> bool:
    """Whether the command and all of its options are known, and every value is of its kind.

    While somebody is `typing`, options may be missing and numbers half written; what suggestions
    are wanted for must then be an option that has some.
    """
    try:
        use = msgspec.convert(data, _Use)
    except (msgspec.ValidationError, RecursionError):
        return False
    command, options = _named(tree, use)
    if not isinstance(command, app_commands.Command):
        return False
    known = {parameter.display_name: parameter for parameter in command.parameters}
    if not known.keys() >= {option.name for option in options}:
        return False
    whole = _asks(options, known) if typing else _complete(options, known)
    return whole and all(_fits(each, known[each.name], use.resolved, typing) for each in options)


def _named(
    tree: Tree, use: _Use
) -> tuple[app_commands.Command[Any, ..., Any] | app_commands.Group | None, list[_Option]]:
    """The command that is meant, and the options for it."""
    command, options = tree.get_command(use.name) if use.type == 1 else None, use.options
    while isinstance(command, app_commands.Group) and options:
        command, options = command.get_command(options[0].name), options[0].options
    return command, options


def _complete(options: list[_Option], known: Mapping[str, app_commands.Parameter]) -> bool:
    needed = {name for name, parameter in known.items() if parameter.required}
    return needed <= {option.name for option in options}


def _asks(options: list[_Option], known: Mapping[str, app_commands.Parameter]) -> bool:
    return any(option.focused and known[option.name].autocomplete for option in options)


def _fits(
    option: _Option,
    parameter: app_commands.Parameter,
    resolved: Mapping[str, Mapping[str, Any]],
    typing: bool,
) -> bool:
    if option.type != parameter.type.value:
        return False
    if typing and isinstance(option.value, str):
        return True
    if parameter.type in _REFERENCES:
        return any(option.value in found for found in _found(parameter.type, resolved))
    choices = [choice.value for choice in parameter.choices]
    known = not choices or option.value in choices
    return known and type(option.value) in _VALUES.get(parameter.type, ())


def _found(kind: Kind, resolved: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (resolved.get(place, {}) for place in _REFERENCES[kind])
