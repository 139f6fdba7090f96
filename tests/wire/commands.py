"""Turns `slash(…, "quota set", member=alice)` into an interaction's data, by the definition."""

from typing import TypeAlias

from tests.wire import payloads
from tests.wire.messages import Messages
from tests.wire.state import Channel, Member, Payload

Value: TypeAlias = "str | int | float | bool | Member | tuple[str, bytes]"
"""An option's value; an attachment is its name and its bytes."""

_SUB_COMMAND, _GROUP, _USER, _MENTIONABLE, _ATTACHMENT = 1, 2, 6, 9, 11


class Filling:
    """One use of a command: options as Discord nests them, and what they refer to."""

    def __init__(self, definition: Payload, messages: Messages, channel: Channel) -> None:
        self._definition = definition
        self._messages = messages
        self._channel = channel
        self._resolved: Payload = {}

    def data(self, path: list[str], values: dict[str, Value]) -> Payload:
        """The `data` of the event; `path` names subcommands below the command."""
        options = self._options(self._definition, path, values)
        named = {key: self._definition[key] for key in ("id", "name", "type")}
        return {**named, "options": options, "resolved": self._resolved}

    def _options(self, level: Payload, path: list[str], values: dict[str, Value]) -> list[Payload]:
        known = {option["name"]: option for option in level.get("options", [])}
        if path:
            inner = known[path[0]]
            assert inner["type"] in (_SUB_COMMAND, _GROUP), f"{path[0]} is no subcommand"
            nested = self._options(inner, path[1:], values)
            return [{"name": path[0], "type": inner["type"], "options": nested}]
        missing = {n for n, option in known.items() if option.get("required")} - set(values)
        assert not missing, f"required: {missing}"
        return [self._option(known[name], value) for name, value in values.items()]

    def _option(self, option: Payload, value: Value) -> Payload:
        kind = option["type"]
        if isinstance(value, tuple):
            assert kind == _ATTACHMENT, f"{option['name']} takes no file"
            return self._said(option, self._attach(*value))
        if isinstance(value, Member):
            assert kind in (_USER, _MENTIONABLE), f"{option['name']} takes no member"
            return self._said(option, self._refer(value))
        return self._said(option, value)

    @staticmethod
    def _said(option: Payload, value: object) -> Payload:
        return {"name": option["name"], "type": option["type"], "value": value}

    def _attach(self, filename: str, content: bytes) -> str:
        stored = self._messages.store(self._channel.id, filename, content)
        found = self._resolved.setdefault("attachments", {})
        found[str(stored.id)] = {**stored.to_json(), "ephemeral": True}
        return str(stored.id)

    def _refer(self, person: Member) -> str:
        whole = payloads.member(person)
        self._resolved.setdefault("users", {})[str(person.id)] = whole.pop("user")
        self._resolved.setdefault("members", {})[str(person.id)] = whole
        return str(person.id)
