"""A library stays within Discord's limits and tricks nobody, whatever anybody wrote."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.jobs import Job, JobStatus
from bot.domain.library import Handout, Kept, Page, Part, VideoFile
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import VideoRequest
from bot.generation.library import PAGE
from bot.presenter.alt import MAX_ALT
from bot.presenter.library.items import PageButton, Verb, VideoButton
from bot.presenter.library.views import (
    Look,
    page_view,
    part_view,
    parts_end_view,
    private_view,
    question_view,
    shared_view,
)
from bot.presenter.outcome import MAX_LINK
from bot.presenter.prose import units_of, web_link
from bot.presenter.voice import Voice
from tests.presenter.states import NOW, OWNER, TEXTS, alts_of, components, make_job, written
from tests.presenter.test_card_limits import CONSTRUCT, long_text
from tests.presenter.test_prose import anything

pytestmark = pytest.mark.unmeasured

JOB_ID = "0123456789abcdef"
JUMP = "https://discord.example/channels/" + "/".join(["9" * 20] * 3)
WORST = "\U0001d15f\U0001d165\U0001d165\U0001d165"
"""One column for people, eight units for Discord."""


def a_file(number: int, size: int) -> VideoFile:
    path = Path(f"video-{JOB_ID}-{number}.mp4")
    return VideoFile(path=path, number=number, size=size, stored_at=NOW)


huge = st.integers(0, 10**12)
requests = st.builds(
    VideoRequest,
    prompt=long_text,
    model=long_text,
    ratio=st.none() | long_text,
    seconds=st.none() | huge,
)
jobs = st.builds(
    make_job,
    request=requests,
    price=st.integers(0, 10**9),
    status=st.sampled_from([JobStatus.DELIVERED, JobStatus.DELIVERING]),
    claimable_since=st.none() | st.just(NOW),
)
files = st.lists(st.builds(a_file, st.integers(1, 10), huge), min_size=1)
kept = st.builds(
    Kept, job=jobs, files=files.map(lambda found: tuple(found[:10])), until=st.just(NOW)
)
urls = st.just("") | long_text.map(lambda text: web_link(f"https://a.example/{text}")[:MAX_LINK])
handouts = st.builds(
    lambda one, count, url, limit: Handout(
        kept=one, files=one.files[:count], url=url, limit=limit, expires_at=NOW
    ),
    kept,
    st.integers(0, 10),
    urls,
    huge,
)


def a_look(label: str, model: str = "sora-2") -> Look:
    models = Catalogue([VideoModel(id=model, label=label)])
    return Look(say=Voice(TEXTS, "en-US"), models=models, jump=lambda _job: JUMP)


def a_page(items: list[Kept], label: str) -> ui.LayoutView:
    page = Page(items=tuple(items), number=199, pages=200, total=1000)
    look = a_look(label, items[0].job.request.model if items else "")
    return page_view(
        page,
        look,
        keep=timedelta(days=7),
        watch=lambda _job: VideoButton(Verb.OPEN, JOB_ID, TEXTS.say("button-watch")),
        turn=(PageButton(198, "Newer"), PageButton(200, "Older")),
    )


def five_buttons() -> list[ui.Item[Any]]:
    return [VideoButton(verb, JOB_ID, "Delete for good") for verb in list(Verb)[:4]]


def some_parts(handout: Handout) -> list[Part]:
    """As many as one message takes, of the first of its videos."""
    video = handout.kept.files[0]
    return [
        Part(path=video.path, size=video.size, number=number, of=20, video=video)
        for number in range(1, 11)
    ]


def check(view: ui.LayoutView) -> None:
    parts = list(components(view))
    assert len(parts) <= 40
    assert len(written(view).encode("utf-16-le")) // 2 <= 4000
    assert all(part["content"] for part in parts if "content" in part)
    assert all(len(part["components"]) <= 5 for part in parts if part["type"] == 1)
    for button in (part for part in parts if part["type"] == 2):
        assert 0 < len(button["label"]) <= 80
        assert len(button.get("url", "")) <= 512
        assert len(button.get("custom_id", "")) <= 100
    galleries = [part["items"] for part in parts if "items" in part]
    assert all(1 <= len(items) <= 10 for items in galleries)
    assert all(alt is None or 0 < units_of(alt) <= MAX_ALT for alt in alts_of(view).values())


def check_peace(view: ui.LayoutView) -> None:
    # An address mentions nobody and leads where it says, whatever stands in it.
    text = re.sub(r"\]\(https://a\.example/[^()\s]*\)", "]()", written(view))
    mentioned = {
        found for found in CONSTRUCT.findall(text) if not re.fullmatch(r"<t:\d+:R>", found)
    }
    assert mentioned <= {f"<@{OWNER}>"}
    assert "@everyone" not in text
    assert not re.search(r"https?://(?!a\.example/|discord\.example/)|discord\.gg", text)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


@given(st.lists(kept, max_size=PAGE), long_text)
@settings(max_examples=60, deadline=None)
def test_every_page_is_within_the_limits_and_leaves_everybody_in_peace(
    items: list[Kept], label: str
) -> None:
    view = a_page(items, label)

    check(view)
    check_peace(view)


@given(handouts, long_text)
@settings(max_examples=60, deadline=None)
def test_every_video_is_within_the_limits_and_leaves_everybody_in_peace(
    handout: Handout, label: str
) -> None:
    look = a_look(label, handout.kept.job.request.model)

    for view in (
        private_view(handout, look, buttons=five_buttons()),
        private_view(handout, look, buttons=five_buttons(), parts=five_buttons()[0]),
        part_view(some_parts(handout), handout.kept, look.say),
        parts_end_view(TEXTS.say("refusal-parts-codec"), handout, look.say),
        shared_view(handout, look, buttons=five_buttons()[:3]),
        question_view(handout.kept, look, buttons=five_buttons()[:1]),
    ):
        check(view)
        check_peace(view)


@pytest.mark.parametrize("text", [WORST, "*", "视", "@", "a.bc", "<", "👩‍👩‍👧‍👦"])
def test_a_full_page_of_the_worst_still_fits(text: str) -> None:
    request = VideoRequest(prompt=text * 4000, model=text * 100)
    job: Job = make_job(
        request=request,
        price=10**9,
        status=JobStatus.DELIVERING,
        claimable_since=NOW,
        videos=(("",),) * 10,
    )
    one = Kept(job=job, files=tuple(a_file(n, 10**12) for n in range(1, 11)), until=NOW)

    check(a_page([one] * PAGE, text * 100))


@given(anything)
@settings(max_examples=100, deadline=None)
def test_a_link_ends_no_markdown(url: str) -> None:
    link = web_link(url)

    assert link == "" or link.startswith(("https://", "http://"))
    assert not re.search(r"[()\[\]<>\s`|\\]", link)
