"""The sample relay's `POST /v1/chat/completions`: from a wish to a stream, or to a refusal."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from typing import Any

from aiohttp import ClientError, ClientSession, web
from yarl import URL

from bot.demo import replies, script
from bot.demo.scenarios import Scenario
from bot.demo.script import Line, Links
from bot.demo.wish import NotAWish, Wish, decode_data_url, read_wish
from bot.demo.workshop import TooMuchWork, Work, Workshop, WorkState

_MAX_IMAGE = 16 * 1024 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_FOREVER = 24 * 3600.0
_SLOW = 6.0
_SPOKEN_BEFORE_A_BREAK = 5
"""Lines of the running part; the last two are percentages."""
_VARIANT = re.compile(r"(-(?:landscape|portrait|square|hd|\d{1,2}s))+$")
_STREAM_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
_REFUSALS: Mapping[Scenario, Callable[[], web.Response]] = {
    Scenario.HTML: partial(replies.page, replies.GATEWAY_PAGE, 504),
    Scenario.ERROR: partial(replies.relay_error, 500, "upstream error", "internal_server_error"),
    Scenario.BUSY: partial(
        replies.relay_error, 429, "当前分组上游负载已饱和，请稍后再试", Retry_After="30"
    ),
    Scenario.QUOTA: partial(
        replies.relay_error, 403, "user quota is not enough", "insufficient_user_quota"
    ),
    Scenario.MODERATION: replies.moderation_error,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the relay behaves; `SampleRelay` explains each."""

    pace: float
    scenarios: Mapping[str, Scenario]
    models: Sequence[str]
    elsewhere: str
    gate: asyncio.Event = field(repr=False)

    def scenario_of(self, wish: Wish) -> Scenario:
        """The first that fits the model's name or a word of the prompt."""
        prompt = wish.prompt.casefold()
        found = (
            scenario
            for key, scenario in self.scenarios.items()
            if key == wish.model or key.casefold() in prompt
        )
        return next(found, Scenario.FILM)

    def offers(self, model: str) -> bool:
        """Whether there is such a model, plain or as one of its variants."""
        return model in self.models or _VARIANT.sub("", model) in self.models

    async def pause(self, seconds: float, scenario: Scenario) -> None:
        """Wait as long as the pace says."""
        slowly = scenario is Scenario.SLOW
        await asyncio.sleep(
            max(self.pace, 0.05) * seconds * _SLOW if slowly else self.pace * seconds
        )


class Chat:
    """Answers chat requests, streamed or at once."""

    def __init__(self, workshop: Workshop, session: ClientSession, manner: Manner) -> None:
        self._workshop = workshop
        self._session = session
        self._manner = manner

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request; when its client leaves, its work ends too."""
        try:
            wish = read_wish(await json_of(request))
        except NotAWish as problem:
            return replies.relay_error(400, str(problem), "invalid_request")
        scenario = self._manner.scenario_of(wish)
        if refuse := _REFUSALS.get(scenario):
            return refuse()
        if not self._manner.offers(wish.model):
            message = f"当前分组 default 下对于模型 {wish.model} 无可用渠道"
            return replies.relay_error(503, message, "model_not_found")
        if scenario is Scenario.SILENT:
            await asyncio.sleep(_FOREVER)  # until the client leaves or the relay closes
        return await self._take_on(request, wish, scenario)

    async def _take_on(
        self, request: web.Request, wish: Wish, scenario: Scenario
    ) -> web.StreamResponse:
        earlier = None if wish.remix_id is None else self._workshop.made(wish.remix_id)
        if wish.remix_id is not None and earlier is None:
            return replies.relay_error(400, "remix target not found", "invalid_request")
        images = [await self._image(url) for url in (wish.image, wish.last_image) if url]
        known = [image for image in images if image is not None]
        try:
            work = self._workshop.start(wish, scenario, images=known, earlier=earlier)
        except TooMuchWork:
            return _REFUSALS[Scenario.BUSY]()
        try:
            return await (self._stream if wish.stream else self._at_once)(request, work)
        finally:
            if not scenario.outlives_its_stream:
                work.cancel()

    async def _at_once(self, request: web.Request, work: Work) -> web.StreamResponse:
        lines = [line.text or "" async for line in self._lines(request, work)]
        return replies.completion(_ids(work, "chatcmpl-89D"), "".join(lines))

    async def _stream(self, request: web.Request, work: Work) -> web.StreamResponse:
        response = web.StreamResponse(headers=_STREAM_HEADERS)
        await response.prepare(request)
        say = partial(replies.chunk, _ids(work, "chatcmpl-89C"))
        await response.write(say({"role": "assistant", "content": ""}))
        async with aclosing(self._lines(request, work)) as lines:
            async for line in lines:
                await response.write(say(line.delta))
        if work.scenario is Scenario.CUT:
            _break_off(request)
        else:
            await response.write(say({}, "stop") + b"data: [DONE]\n\n")
        return response

    async def _lines(self, request: web.Request, work: Work) -> AsyncGenerator[Line, None]:
        """What is said, each line after its silence; the last only when the film is there."""
        links = self._links(request, work)
        for line in _before_the_result(work, links):
            await self._manner.pause(line.wait, work.scenario)
            yield line
        if work.scenario is Scenario.STALLED:
            await asyncio.sleep(_FOREVER)  # as above
        if work.scenario.tells_its_end:
            await self._manner.gate.wait()
            await work.wait()
            yield _result(work, links)

    def _links(self, request: web.Request, work: Work) -> Links:
        origin = str(request.url.origin())
        away = work.scenario is Scenario.ELSEWHERE
        shelf = f"{self._manner.elsewhere if away else origin}/cdn/{work.day}"
        return Links(
            task_id=work.task_id,
            origin=origin,
            videos=[f"{shelf}/{film.name}" for film in work.films],
            poster=f"{shelf}/{work.path.stem}.webp",
            remix_id=work.remix_id,
        )

    async def _image(self, url: str) -> bytes | None:
        """The reference image, when it came along or lies on this machine; the web is not asked."""
        if url[:5].lower() == "data:":
            return decode_data_url(url)
        try:
            if URL(url).host not in _LOOPBACK:
                return None
            async with self._session.get(url, allow_redirects=False) as answer:
                return await answer.content.read(_MAX_IMAGE) if answer.ok else None
        except (ClientError, TimeoutError, ValueError):
            return None


def _before_the_result(work: Work, links: Links) -> Iterator[Line]:
    yield from script.opening(work.wish.prompt, work.orientation)
    queue = script.queued(links)
    if work.scenario is Scenario.TICKET:
        yield next(queue)
        return
    yield from queue
    lines = list(script.dotted() if work.wish.model.startswith("veo") else script.running())
    breaks = work.scenario in (Scenario.CUT, Scenario.STALLED)
    yield from lines[:_SPOKEN_BEFORE_A_BREAK] if breaks else lines


def _result(work: Work, links: Links) -> Line:
    if work.scenario is Scenario.LATE_MODERATION:
        return script.failed(replies.BLOCKED)
    if work.scenario is Scenario.FAILED or work.state is not WorkState.COMPLETED:
        return script.failed(work.error or "upstream error")
    return script.finished(links, with_video=work.scenario is not Scenario.NO_VIDEO)


def _ids(work: Work, prefix: str) -> Mapping[str, str | int]:
    return {
        "id": prefix + token_hex(14),
        "created": work.created,
        "model": work.wish.model,
    }


def _break_off(request: web.Request) -> None:
    """Close the socket without the end of the body."""
    if request.transport:
        request.transport.abort()


async def json_of(request: web.Request) -> Any:  # noqa: ANN401  # whatever was sent
    """The body, however often it is asked for; `None` without one, or when it is not JSON."""
    try:
        return json.loads(await request.read())
    except ValueError:
        return None
