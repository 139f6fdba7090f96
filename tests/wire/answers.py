"""The routes for an interaction's token: its first answer, follow-ups, and edits of both."""

from enum import IntEnum

from aiohttp import web

from tests.wire import payloads
from tests.wire.body import Body, json_answer, read_body
from tests.wire.state import Interaction, Message, Payload
from tests.wire.world import World


class Callback(IntEnum):
    """The kinds of first answers, as Discord numbers them."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class TokenRoutes:
    """Everything that is authorised by the token in its path."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> list[web.RouteDef]:
        message = "/webhooks/{app}/{token}/messages/{message}"
        return [
            web.post("/interactions/{id}/{token}/callback", self.callback),
            web.post("/webhooks/{app}/{token}", self.follow_up),
            web.get(message, self.fetch),
            web.patch(message, self.edit),
            web.delete(message, self.delete),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        event = self._world.awaiting(int(request.match_info["id"]), request.match_info["token"])
        details = Body(fields=body.fields.get("data") or {}, uploads=body.uploads)
        message = self._respond(event, Callback(body.fields["type"]), details)
        event.response = body.fields
        return json_answer(self._callback_answer(event, message))

    def _respond(self, event: Interaction, kind: Callback, body: Body) -> Message | None:
        if kind in (Callback.CHOICES, Callback.MODAL):
            return None
        if kind in (Callback.UPDATE, Callback.DEFERRED_UPDATE):
            return self._update(event, kind, body)
        message = self._post(event, body) if kind is Callback.MESSAGE else self._defer(event, body)
        event.original_id = message.id
        return message

    def _defer(self, event: Interaction, body: Body) -> Message:
        flags = int(body.fields.get("flags") or 0)
        message = self._world.messages.thinking(event.channel, self._world.app_id, flags)
        return self._owned(event, message)

    def _update(self, event: Interaction, kind: Callback, body: Body) -> Message:
        assert event.source_message, "only a component's interaction can update its message"
        event.original_id = event.source_message.id
        event.message_ids.append(event.source_message.id)
        if kind is Callback.UPDATE:
            self._world.messages.edit(event.source_message, body, event.size_limit)
        return event.source_message

    def _callback_answer(self, event: Interaction, message: Message | None) -> Payload:
        told: Payload = {"id": str(event.id), "type": event.type}
        if message is None:
            return {"interaction": told}
        told["response_message_id"] = str(message.id)
        told["response_message_loading"] = message.loading
        told["response_message_ephemeral"] = message.ephemeral
        return {"interaction": told, "resource": {"type": 4, "message": self._json(message)}}

    async def follow_up(self, request: web.Request) -> web.Response:
        body, event = await self._read(request)
        original = self._original(event)
        if original and original.loading:
            # The first follow-up after a defer takes the place of "thinking…".
            message = self._world.messages.edit(original, body, event.size_limit)
        else:
            message = self._post(event, body)
        return json_answer(self._json(message))

    async def fetch(self, request: web.Request) -> web.Response:
        return json_answer(self._json(self._message(request)))

    async def edit(self, request: web.Request) -> web.Response:
        body, event = await self._read(request)
        message = self._message(request)
        self._world.check_open(message.channel_id)
        self._world.messages.edit(message, body, event.size_limit)
        return json_answer(self._json(message))

    async def delete(self, request: web.Request) -> web.Response:
        self._message(request).deleted = True
        return web.Response(status=204)

    async def _read(self, request: web.Request) -> tuple[Body, Interaction]:
        body = await read_body(request)
        return body, self._world.answered(request.match_info["token"])

    def _post(self, event: Interaction, body: Body) -> Message:
        world = self._world
        world.check_sendable(event.channel)
        message = world.messages.post(event.channel, world.app_id, body, event.size_limit)
        return self._owned(event, message)

    @staticmethod
    def _owned(event: Interaction, message: Message) -> Message:
        message.interaction_id = event.id
        event.message_ids.append(message.id)
        return message

    def _message(self, request: web.Request) -> Message:
        event = self._world.answered(request.match_info["token"])
        return self._world.own_message(event, request.match_info["message"])

    def _original(self, event: Interaction) -> Message | None:
        same = (m for m in self._world.messages.all if m.id == event.original_id)
        return next(same, None)

    def _json(self, message: Message) -> Payload:
        return payloads.message(message, self._world.bot)
