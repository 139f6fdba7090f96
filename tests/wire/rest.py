"""The routes for the bot's own token: login, commands, channels and their messages."""

from aiohttp import web

from tests.wire import payloads
from tests.wire.body import json_answer, read_body
from tests.wire.state import ApiError, Channel, Payload
from tests.wire.world import World


class BotRoutes:
    """Everything that needs `Authorization: Bot …`."""

    def __init__(self, world: World, gateway_url: str) -> None:
        self._world = world
        self._gateway_url = gateway_url

    def table(self) -> list[web.RouteDef]:
        commands = "/applications/{app:\\d+}"
        message = "/channels/{channel}/messages/{message}"
        return [
            web.get("/users/@me", self.me),
            web.get("/users/{user:\\d+}", self.user),
            web.post("/users/@me/channels", self.open_direct),
            web.get("/oauth2/applications/@me", self.application),
            web.get("/applications/@me", self.application),
            web.get("/gateway/bot", self.gateway),
            web.get(f"{commands}/commands", self.commands),
            web.put(f"{commands}/commands", self.sync),
            web.put(f"{commands}/guilds/{{guild}}/commands", self.sync),
            web.get("/channels/{channel}", self.channel),
            web.get("/channels/{channel}/messages", self.history),
            web.post("/channels/{channel}/messages", self.post),
            web.get(message, self.fetch),
            web.patch(message, self.edit),
            web.delete(message, self.delete),
        ]

    async def me(self, _request: web.Request) -> web.Response:
        return json_answer(self._world.bot)

    async def user(self, request: web.Request) -> web.Response:
        person = self._world.members.get(int(request.match_info["user"]))
        if person is None:
            raise ApiError(404, 10013, "Unknown User")
        return json_answer(payloads.user(person.id, person.name))

    async def application(self, _request: web.Request) -> web.Response:
        return json_answer(payloads.application(self._world.app_id, "Clapper"))

    async def gateway(self, _request: web.Request) -> web.Response:
        starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        answer = {"url": self._gateway_url, "shards": 1, "session_start_limit": starts}
        return json_answer(answer)

    async def commands(self, _request: web.Request) -> web.Response:
        return json_answer(list(self._world.commands.values()))

    async def sync(self, request: web.Request) -> web.Response:
        definitions: list[Payload] = await request.json()
        self._world.commands = {each["name"]: self._command(each) for each in definitions}
        return json_answer(list(self._world.commands.values()))

    def _command(self, definition: Payload) -> Payload:
        number = str(self._world.ids.next())
        known = {"id": number, "version": number, "application_id": str(self._world.app_id)}
        return {"type": 1, "description": "", **definition, **known}

    async def open_direct(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        place = self._world.direct_channel(int(body.fields["recipient_id"]))
        return json_answer(payloads.channel(place))

    async def channel(self, request: web.Request) -> web.Response:
        return json_answer(payloads.channel(self._channel(request)))

    async def history(self, request: web.Request) -> web.Response:
        """Newest first; `before`, `after` and `around` are not built."""
        place, limit = self._channel(request), int(request.query.get("limit", 50))
        assert set(request.query) <= {"limit"}, f"history with {dict(request.query)}"
        found = [
            payloads.message(message, self._world.bot)
            for message in reversed(self._world.messages.all)
            if message.channel_id == place.id and not (message.deleted or message.ephemeral)
        ]
        return json_answer(found[:limit])

    async def post(self, request: web.Request) -> web.Response:
        body, place = await read_body(request), self._channel(request)
        self._world.check_sendable(place)
        limit = self._world.size_limit(place)
        message = self._world.messages.post(place, self._world.app_id, body, limit)
        return json_answer(payloads.message(message, self._world.bot))

    async def fetch(self, request: web.Request) -> web.Response:
        message = self._world.message_in(self._channel(request), _message_id(request))
        return json_answer(payloads.message(message, self._world.bot))

    async def edit(self, request: web.Request) -> web.Response:
        body, place = await read_body(request), self._channel(request)
        message = self._world.message_in(place, _message_id(request))
        self._world.check_open(place.id)
        self._world.messages.edit(message, body, self._world.size_limit(place))
        return json_answer(payloads.message(message, self._world.bot))

    async def delete(self, request: web.Request) -> web.Response:
        self._world.message_in(self._channel(request), _message_id(request)).deleted = True
        return web.Response(status=204)

    def _channel(self, request: web.Request) -> Channel:
        return self._world.channel(int(request.match_info["channel"]))


def _message_id(request: web.Request) -> int:
    return int(request.match_info["message"])
