"""What has been read of an answer so far, and the events that each further payload gives."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.domain.events import Accepted, Progress
from bot.domain.jobs import Handle
from bot.relay.reading.chat import (
    Answer,
    Broken,
    Extra,
    Finish,
    Said,
    is_chat,
    loose_texts,
    parts,
)
from bot.relay.reading.chunks import TASK_PREFIX
from bot.relay.reading.files import Files
from bot.relay.reading.framing import Framed, Payload
from bot.relay.reading.handles import found_in, may_name
from bot.relay.reading.lines import Lines, Sign
from bot.relay.reading.notes import Notes
from bot.relay.reading.tickets import Standing, Ticket, read_ticket, written_ticket
from bot.relay.reading.transcript import Mender, Transcript
from bot.relay.reading.troubles import trouble_in
from bot.relay.reading.turns import Turns

_MAX_THOUGHTS = 32 << 10
_MAX_ANSWERS = 8


class Voice:
    """One of the two texts of an answer: what is said, or what is thought."""

    def __init__(self, prompt: str, limit: int | None = None) -> None:
        self.lines = Lines(prompt)
        self.mend = Mender()
        self.transcript = Transcript(limit) if limit else Transcript()

    def hear(self, text: str) -> Iterable[Sign]:
        """Take a piece; what it tells on the way."""
        if text := self.mend(text):
            self.transcript.add(text)
            return self.lines.feed(text)
        return ()


class Story:
    """Collects an answer; everything that decides its end is here."""

    def __init__(self, prompt: str) -> None:
        self.prompt = prompt
        self.said = Voice(prompt)
        self.thought = Voice(prompt, _MAX_THOUGHTS)
        self.answers: list[str] = []
        self.turns = Turns()
        self.handle = Handle()
        self.ticket = Ticket()
        self.wrote_ticket = False
        """Whether the whole text was a ticket, so that links in it are the ticket's."""
        self.error: object | None = None
        self.finish: str | None = None
        self.payloads = 0
        self.notes = Notes(prompt)
        self._progress = Progress(percent=None)

    def read(self, payload: Framed) -> Iterable[Accepted | Progress]:
        """Take in one payload."""
        self.payloads += 1
        if isinstance(payload, Payload):
            return self._read(payload)
        # Most chunks are a few letters of an answer; this path is what makes reading cheap.
        self.turns.hear(payload.choices[0].index, payload.text, self.said.transcript)
        signs = self.said.hear(payload.text)
        return self._signs(signs) if signs else ()

    def _read(self, payload: Payload) -> Iterator[Accepted | Progress]:
        if isinstance(payload.value, str):
            self.error = payload.value
            return
        records = payload.value if isinstance(payload.value, list) else [payload.value]
        for record in records:
            if isinstance(record, dict):
                yield from self._record(record, failed=payload.failed)

    def hear(self, text: str) -> Iterator[Accepted | Progress]:
        """Take in words that came without any form."""
        yield from self._say(Said(text))

    def end(self) -> Iterator[Accepted | Progress]:
        """The last lines are complete now."""
        for voice in (self.thought, self.said):
            yield from self._signs(voice.lines.close())
        if self.ticket.standing is Standing.UNKNOWN and (written := self._written()):
            self.wrote_ticket = True
            yield from self._ticket(written)

    def _written(self) -> Ticket | None:
        return written_ticket(self.said.transcript.text)

    def _record(
        self, record: Mapping[str, object], *, failed: bool
    ) -> Iterator[Accepted | Progress]:
        if is_chat(record):
            yield from self._chat(record)
            return
        ticket = read_ticket(record)
        done = ticket.standing is Standing.DONE
        trouble = trouble_in(record, done=done)
        yield from self._ticket(ticket)
        ended = ticket.standing is Standing.UNKNOWN or (done and not ticket.files.videos)
        if failed or (trouble is not None and ended):
            self.error = trouble or record
        for text in loose_texts(record):
            yield from self._say(Said(text))

    def _chat(self, record: Mapping[str, object]) -> Iterator[Accepted | Progress]:
        if isinstance(name := record.get("id"), str) and name.startswith(TASK_PREFIX):
            yield from self._accept(replace(self.handle, task_id=name))
        for part in parts(record):
            match part:
                case Said():
                    yield from self._say(part)
                case Answer(text=text) if len(self.answers) < _MAX_ANSWERS:
                    self.answers.append(text)
                case Broken(error=error):
                    self.error = error
                case Extra(record=extra):
                    yield from self._ticket(read_ticket(extra, chat=True))
                case Finish(reason=reason, choice=choice):
                    self.finish = reason
                    self.turns.end(choice)

    def _say(self, said: Said) -> Iterator[Accepted | Progress]:
        voice = self.thought if said.thought else self.said
        if not said.thought:
            self.turns.hear(said.choice, said.text, voice.transcript)
        return self._signs(voice.hear(said.text))

    def _signs(self, signs: Iterable[Sign]) -> Iterator[Accepted | Progress]:
        told: list[str] = []
        for sign in signs:
            if isinstance(sign, float):
                yield from self._move(Progress(percent=sign, note=self._progress.note))
                continue
            told.append(sign.text)
            if may_name(sign.text):
                for line in sign.text.split("\n"):
                    yield from self._accept(found_in(line, self.handle, complete=sign.complete))
        # Of what was written at once only the last line will be seen by anybody.
        for text in reversed(told):
            if note := self.notes.last(text):
                yield from self._move(Progress(percent=self._progress.percent, note=note))
                break

    def _ticket(self, ticket: Ticket) -> Iterator[Accepted | Progress]:
        """Take in what a record says of a task; what it leaves unsaid stays as it was."""
        known = self.ticket
        handle = _merged(self.handle, ticket.handle)
        silent = ticket.standing is Standing.UNKNOWN
        self.ticket = replace(
            known if silent else ticket,
            handle=handle,
            files=ticket.files if _tells_more(ticket.files, known.files) else known.files,
        )
        yield from self._accept(handle)
        yield from self._move(self._moved(ticket))

    def _moved(self, ticket: Ticket) -> Progress:
        moved = self._progress
        going = ticket.standing in (Standing.WAITING, Standing.UNKNOWN)
        if going and (words := self.notes.note((ticket.status or "").replace("_", " "))):
            moved = replace(moved, note=words)
        return moved if ticket.percent is None else replace(moved, percent=ticket.percent)

    def _accept(self, handle: Handle) -> Iterable[Accepted]:
        if handle == self.handle:
            return ()
        self.handle = handle
        return (Accepted(handle=handle),)

    def _move(self, progress: Progress) -> Iterable[Progress]:
        if progress == self._progress:
            return ()
        self._progress = progress
        return (progress,)


def _tells_more(new: Files, known: Files) -> bool:
    return bool(new.videos) or (new.promised and not known.videos)


def _merged(known: Handle, new: Handle) -> Handle:
    return Handle(
        task_id=new.task_id or known.task_id,
        poll_url=new.poll_url or known.poll_url,
        remix_id=new.remix_id or known.remix_id,
        media_id=new.media_id or known.media_id,
    )
