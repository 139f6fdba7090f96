"""`generate`: one video without Discord, told as JSON lines or to a person."""

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Clapper
from tests.cli.relay import KEY, Relay, chunk, small_video

VIDEO = small_video()
TASK = "task_01k6m8v2x3y4z5a6b7c8d9e0f1"


def picture(path: Path) -> Path:
    Image.new("RGB", (64, 48), "teal").save(path)
    return path


def videos_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.mp4"))


def works(relay: Relay, *names: str) -> list[str]:
    """The relay queues, shows a percentage, and ends with links."""
    links = [relay.offers(name, VIDEO) for name in names or ("boat.mp4",)]
    relay.says(
        f"\n\n> ID: `{TASK}`\n> 排队中\n",
        "\n> 生成中\n",
        "\n\n>🏃 进度 36..",
        "81..",
        "\n\n> 生成完成 ✅\n\n" + "".join(f"[在线播放▶️]({link})\n" for link in links),
    )
    return links


async def test_json_lines_tell_every_step(clapper: Clapper, folder: Path, relay: Relay) -> None:
    (link,) = works(relay)

    ended = await clapper("generate", "--prompt", "纸船 🚣", "--json", **relay.settings())

    assert ended.code == 0, ended.err
    accepted, *moved, completed, saved = ended.events
    assert accepted == {
        "event": "accepted",
        "handle": {"task_id": TASK, "poll_url": None, "remix_id": None, "media_id": None},
    }
    assert {event["event"] for event in moved} == {"progress"}
    percents = [event["percent"] for event in moved if event["percent"] is not None]
    assert list(dict.fromkeys(percents)) == [36.0, 81.0]
    assert all(set(event) == {"event", "percent", "note"} for event in moved)
    assert completed == {"event": "completed", "video_url": link, "video_urls": [link]}
    assert saved == {"event": "saved", "path": saved["path"], "bytes": len(VIDEO)}
    assert re.fullmatch(r"video-[0-9a-f]{16}\.mp4", saved["path"])
    assert (folder / saved["path"]).read_bytes() == VIDEO


async def test_the_request_is_what_was_typed(clapper: Clapper, relay: Relay) -> None:
    works(relay)

    await clapper(
        "generate", "--prompt", "纸船 🚣", "--model", "veo-9", "--json", **relay.settings()
    )

    assert relay.requests == [
        {"model": "veo-9", "messages": [{"role": "user", "content": "纸船 🚣"}], "stream": True}
    ]


async def test_the_key_goes_to_the_relay_alone_and_nowhere_else(
    clapper: Clapper, relay: Relay
) -> None:
    works(relay)

    ended = await clapper(
        "generate", "--prompt", "x", "--json", **relay.settings(LOG_LEVEL="debug")
    )

    assert relay.fetched_with == [f"Bearer {KEY}"]
    assert KEY not in ended.out + ended.err


async def test_an_image_travels_as_a_clean_data_url(
    clapper: Clapper, folder: Path, relay: Relay
) -> None:
    works(relay)
    picture(folder / "boat.png")

    ended = await clapper(
        "generate", "--prompt", "x", "--image", "boat.png", "--json", **relay.settings()
    )

    assert ended.code == 0, ended.err
    text, image = relay.requests[0]["messages"][0]["content"]
    assert text == {"type": "text", "text": "x"}
    assert image["image_url"]["url"].startswith("data:image/")


async def test_of_an_image_that_moves_the_first_frame_travels_and_a_person_reads_so(
    clapper: Clapper, folder: Path, relay: Relay
) -> None:
    works(relay)
    frames = [Image.new("RGB", (16, 9), colour) for colour in ("red", "blue")]
    frames[0].save(folder / "party.gif", save_all=True, append_images=frames[1:])

    ended = await clapper(
        "generate", "--prompt", "x", "--image", "party.gif", "--json", **relay.settings()
    )

    assert ended.code == 0, ended.err
    assert "party.gif moves: its first frame is used." in ended.err
    image = relay.requests[0]["messages"][0]["content"][1]
    assert image["image_url"]["url"].startswith("data:image/jpeg")


async def test_a_linked_image_is_fetched_and_sent_likewise(
    clapper: Clapper, folder: Path, relay: Relay
) -> None:
    works(relay)
    link = relay.offers("boat.png", picture(folder / "boat.png").read_bytes(), "image/png")

    await clapper("generate", "--prompt", "x", "--image", link, "--json", **relay.settings())

    image = relay.requests[0]["messages"][0]["content"][1]
    assert image["image_url"]["url"].startswith("data:image/")


async def test_a_model_that_reads_links_gets_the_link(
    clapper: Clapper, folder: Path, relay: Relay
) -> None:
    works(relay)
    (folder / "clapper.toml").write_text(
        '[[models]]\nid = "m"\nimage_transport = "url"\nimages = 2'
    )
    links = ["https://pictures.example/a.png", "https://pictures.example/b.png"]
    images = [word for link in links for word in ("--image", link)]

    await clapper("generate", "--prompt", "x", *images, "--json", **relay.settings())

    _, *parts = relay.requests[0]["messages"][0]["content"]
    assert [part["image_url"]["url"] for part in parts] == links


async def test_out_names_the_file_and_further_videos_are_numbered(
    clapper: Clapper, folder: Path, relay: Relay
) -> None:
    first = relay.offers("a.mp4", VIDEO)
    second = relay.offers("b.mp4", VIDEO)
    relay.says(f"Done:\n1. [video 1]({first})\n2. [video 2]({second})\n")

    ended = await clapper(
        "generate", "--prompt", "x", "--out", "boat.mp4", "--json", **relay.settings()
    )

    assert ended.code == 0, ended.err
    names = [event["path"] for event in ended.events if event["event"] == "saved"]
    assert names == ["boat.mp4", "boat-2.mp4"]
    assert videos_in(folder) == sorted(names)


async def test_of_several_videos_those_that_can_be_had_are_saved(
    clapper: Clapper, folder: Path, relay: Relay
) -> None:
    links = [
        relay.offers("a.mp4", VIDEO),
        f"{relay.url}/files/gone.mp4",
        relay.offers("c.mp4", VIDEO),
    ]
    relay.says("Done:\n", *(f"{n}. [video {n}]({link})\n" for n, link in enumerate(links, start=1)))

    ended = await clapper(
        "generate", "--prompt", "x", "--out", "boat.mp4", "--json", **relay.settings()
    )

    assert ended.code == 1
    told = [(event["event"], event.get("path")) for event in ended.events[-3:]]
    assert told == [("saved", "boat.mp4"), ("saved", "boat-3.mp4"), ("failed", None)]
    assert ended.events[-1]["message"].startswith("Video 2 of 3: ")
    assert videos_in(folder) == ["boat-3.mp4", "boat.mp4"]


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"error": {"message": "无效的令牌"}}, "auth"),
        (429, {}, "rate_limit"),
        (400, {"error": {"message": "blocked", "code": "moderation_blocked"}}, "moderation"),
    ],
)
async def test_a_refusal_of_the_relay_is_one_failed_event(
    clapper: Clapper, relay: Relay, status: int, error: dict[str, object], kind: str
) -> None:
    relay.status, relay.error = status, error

    ended = await clapper("generate", "--prompt", "x", "--json", **relay.settings())

    assert ended.code == 1
    (event,) = ended.events
    assert (event["event"], event["kind"]) == ("failed", kind)
    assert event["message"]


async def test_a_stream_that_breaks_off_is_truncated(clapper: Clapper, relay: Relay) -> None:
    relay.answer = [chunk("\n\n>🏃 进度 36..")]

    ended = await clapper("generate", "--prompt", "x", "--json", **relay.settings())

    assert ended.code == 1
    assert (ended.events[-1]["event"], ended.events[-1]["kind"]) == ("failed", "truncated")


async def test_a_task_that_nobody_knows_is_truncated_with_its_handle(
    clapper: Clapper, relay: Relay
) -> None:
    relay.says(
        f"> ID: `{TASK}`\n",
        f">[数据预览]({relay.url}/web/{TASK}) | [原始数据]({relay.url}/source/{TASK})\n",
    )

    ended = await clapper(
        "generate", "--prompt", "x", "--json", **relay.settings(RELAY_POLL_SECONDS="0.01")
    )

    assert ended.code == 1
    assert ended.events[0]["handle"]["task_id"] == TASK
    assert (ended.events[-1]["event"], ended.events[-1]["kind"]) == ("failed", "truncated")


@pytest.mark.parametrize("kind", ["page", "forbidden"])
async def test_a_link_without_a_video_fails_after_completed(
    clapper: Clapper, folder: Path, relay: Relay, kind: str
) -> None:
    works(relay)
    relay.files.clear()
    if kind == "page":
        relay.offers("boat.mp4", b"<!doctype html><title>Log in</title>", "text/html")

    ended = await clapper("generate", "--prompt", "x", "--json", **relay.settings())

    assert ended.code == 1
    completed, failed = ended.events[-2:]
    assert completed["event"] == "completed"
    assert (failed["event"], failed["kind"]) == ("failed", "no_result")
    assert videos_in(folder) == []


async def test_a_relay_that_is_down_is_told(clapper: Clapper) -> None:
    ended = await clapper(
        "generate",
        "--prompt",
        "x",
        "--json",
        RELAY_BASE_URL="http://127.0.0.1:9",
        RELAY_API_KEY=KEY,
    )

    assert ended.code == 1
    assert ended.events[-1]["event"] == "failed"
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--prompt", " "], "prompt"),
        (["--prompt", "x" * 4001], "4001"),
        (["--prompt", "x", "--image", "missing.png"], "missing.png"),
        (["--prompt", "x", "--out", "missing/boat.mp4"], "missing"),
        (["--prompt", "x", "--ratio", "16:9"], "ratio"),
        (["--prompt", "x", "--seconds", "10"], "length"),
    ],
)
async def test_what_cannot_be_is_refused_before_anything_is_asked(
    clapper: Clapper, relay: Relay, arguments: list[str], words: str
) -> None:
    ended = await clapper("generate", *arguments, "--json", **relay.settings())

    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err.replace(",", "")
    assert relay.requests == []


async def test_an_image_that_is_none_is_not_sent(
    clapper: Clapper, folder: Path, relay: Relay
) -> None:
    (folder / "boat.png").write_bytes(b"MZ\x90\x00 not a picture")

    ended = await clapper(
        "generate", "--prompt", "x", "--image", "boat.png", "--json", **relay.settings()
    )

    assert ended.code == 1
    assert [event["kind"] for event in ended.events] == ["invalid_request"]
    assert "text.missing" not in ended.err
    assert relay.requests == []


async def test_a_linked_image_that_cannot_be_had_is_told_as_that(
    clapper: Clapper, relay: Relay
) -> None:
    link = "http://169.254.169.254/boat.png"

    ended = await clapper("generate", "--prompt", "x", "--image", link, **relay.settings())

    assert ended.code == 1
    assert f"{link} could not be fetched" in ended.err
    assert relay.requests == []


async def test_a_person_reads_where_the_video_is(
    clapper: Clapper, folder: Path, relay: Relay
) -> None:
    works(relay)

    ended = await clapper("generate", "--prompt", "x", "--out", "boat.mp4", **relay.settings())

    assert ended.code == 0, ended.err
    assert "boat.mp4" in ended.err
    assert "64 × 48" in ended.err
    assert (folder / "boat.mp4").read_bytes() == VIDEO


async def test_a_person_reads_why_there_is_none(clapper: Clapper, relay: Relay) -> None:
    relay.status, relay.error = 401, {"error": {"message": "无效的令牌"}}

    ended = await clapper("generate", "--prompt", "x", **relay.settings())

    assert ended.code == 1
    assert "auth" in ended.err


async def test_a_device_is_not_replaced_by_a_video(clapper: Clapper, relay: Relay) -> None:
    ended = await clapper("generate", "--prompt", "x", "--out", "/dev/null", **relay.settings())

    assert ended.code == 2
    assert "/dev/null is no file" in ended.err
    assert not Path("/dev/null").is_file()  # noqa: ASYNC240 (after the fact)
