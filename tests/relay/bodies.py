"""Recorded answers of relays, and what the reader makes of them in the words of their index."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from bot.domain.events import Completed, Event, Failed, Outcome, Pending, Progress
from bot.relay import Reader

HERE = Path(__file__).parent
BASE_URL = "https://relay.example/v1"
OUTCOMES = {Completed: "video", Pending: "pending", Failed: "error"}


@dataclass(frozen=True, kw_only=True)
class Body:
    """One recorded answer."""

    name: str
    data: bytes
    entry: Mapping[str, Any]

    @property
    def expected(self) -> dict[str, Any]:
        """What must come out; addresses are absolute at the end.

        An entry with one address and no list of them means one video, however many copies it has.
        """
        told = dict(self.entry["expected"])
        if told.get("video_url"):
            told["video_url"] = urljoin(BASE_URL, told["video_url"])
        if "video_url" in told and "video_urls" not in told:
            told["videos"] = [told["video_url"]] if told["video_url"] else []
        return told

    def reader(self) -> Reader:
        """A reader that knows what the index says of the answer."""
        return Reader(
            base_url=BASE_URL,
            status=self.entry["status"],
            content_type=self.entry["content_type"],
            headers=self.entry.get("headers", {}),
            kind=self.entry["kind"],
            input_urls=self.entry.get("input_urls", ()),
            prompt=self.entry.get("prompt", ""),
        )


def bodies(folder: Path) -> list[Body]:
    """All answers of a folder with an `index.json`, beside it or one level up."""
    index = next(
        path for path in (folder / "index.json", folder.parent / "index.json") if path.exists()
    )
    entries = json.loads(index.read_text("utf-8"))
    return [
        Body(name=entry["file"], data=(folder / entry["file"]).read_bytes(), entry=entry)
        for entry in entries
    ]


def samples() -> list[Body]:
    """The project's own, or those of another folder of the same form."""
    return bodies(Path(os.environ.get("RELAY_SAMPLES") or HERE / "samples"))


def unseen() -> list[Body]:
    """Relays that nobody runs, each with words and a form of its own."""
    return bodies(HERE / "unseen")


def read(
    reader: Reader, pieces: Sequence[bytes], *, cut: bool = False
) -> tuple[list[Event], Outcome]:
    """Everything that a reader tells of a body in pieces."""
    events = [event for piece in pieces for event in reader.feed(piece)]
    events += reader.rest()
    return events, reader.close(cut=cut)


def told(events: Sequence[Event], outcome: Outcome) -> dict[str, Any]:
    """The reader's answer in the words of the index."""
    completed = outcome if isinstance(outcome, Completed) else None
    urls = list(completed.video_urls) if completed else []
    kind = None if isinstance(outcome, Completed) else outcome.kind
    return {
        "outcome": OUTCOMES[type(outcome)],
        "video_url": urls[0] if urls else None,
        "video_urls": urls,
        "videos": [links[0] for links in completed.videos] if completed else [],
        "progress": percents(events),
        "error": kind.value if kind else None,
        "task_id": outcome.handle.task_id,
        "poll_url": outcome.handle.poll_url,
        "remix_id": outcome.handle.remix_id,
    }


def percents(events: Sequence[Event]) -> list[float]:
    """The percentages in order, each once while it stays."""
    found: list[float] = []
    for event in events:
        if (
            isinstance(event, Progress)
            and event.percent is not None
            and found[-1:] != [event.percent]
        ):
            found.append(event.percent)
    return found


def sse(*deltas: str | Mapping[str, object], done: bool = True) -> bytes:
    """A chat stream that says these texts, or holds these deltas."""
    lines = [
        {"choices": [{"index": 0, "delta": {"content": d} if isinstance(d, str) else d}]}
        for d in deltas
    ]
    stream = "".join(f"data: {json.dumps(line, ensure_ascii=False)}\n\n" for line in lines)
    return (stream + "data: [DONE]\n\n" * done).encode()


def reader(**known: Any) -> Reader:
    """A reader of an answer about which nothing special is known."""
    return Reader(**{"base_url": BASE_URL, **known})
