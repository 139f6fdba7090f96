"""Discord's limits and everybody's peace hold for whatever anybody writes."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.jobs import JobStatus
from bot.domain.ledger import Allowance, Balance, Grant, Period, Scope
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import VideoRequest, input_name
from bot.domain.views import CardState, Delivery, DeliveryForm, Place, Spot, Step, Treatment
from bot.presenter.card import card_files, card_view, further_files, further_view
from tests.presenter.states import (
    NOW,
    OWNER,
    TEXTS,
    alts_of,
    components,
    make_clip,
    make_job,
    some_buttons,
    written,
)
from tests.presenter.test_prose import anything

pytestmark = pytest.mark.unmeasured

FAILURES = [
    key
    for key in sorted(TEXTS.keys())
    if key.startswith(("failure-", "cancelled-", "image-", "media-"))
]
EARLIER = Spot(guild_id=2**63, channel_id=2**63 + 1, message_id=2**63 + 2)
LINK_TO_EARLIER = f"](https://discord.com/channels/{2**63}/{2**63 + 1}/{2**63 + 2})"
CONSTRUCT = re.compile(r"<(?:@[!&]?|#|/|t:|a?:|id:)[^>\n]*>")
long_text = st.one_of(anything, st.builds(lambda text: text * 100, anything))
moments = st.integers(0, 10**6).map(lambda seconds: NOW + timedelta(seconds=seconds))
maybe_moment = st.none() | moments
huge = st.integers(0, 10**9)

requests = st.builds(
    VideoRequest,
    prompt=long_text,
    model=long_text,
    ratio=st.none() | long_text,
    seconds=st.none() | huge,
    continues=st.none() | st.just("0123456789abcdef"),
    images=st.lists(
        st.booleans().map(lambda moved: input_name("0" * 32, ".jpg", moved=moved)), max_size=3
    ).map(tuple),
)
jobs = st.builds(
    make_job,
    request=requests,
    price=huge,
    status=st.sampled_from(JobStatus),
    created_at=moments,
    started_at=maybe_moment,
    finished_at=maybe_moment,
    inputs_ready=st.booleans(),
    refunded=st.booleans(),
    failure=st.none() | st.sampled_from(FAILURES),
    failure_reason=st.none() | long_text,
    failure_params=st.dictionaries(
        st.sampled_from(["type", "megapixels", "status", "limit"]), st.integers(0, 10**9)
    ),
    videos=st.integers(0, 16).map(lambda count: (("https://a.example/v.mp4",),) * count),
)
balances = st.builds(
    Balance,
    rule=st.builds(
        Allowance,
        scope=st.sampled_from(Scope),
        credits=st.none() | huge,
        period=st.sampled_from(Period),
    ),
    left=st.none() | huge,
    resets_at=maybe_moment,
    grants=st.lists(st.builds(Grant, id=huge, left=huge), max_size=2).map(tuple),
)
links = st.none() | long_text | long_text.map(lambda text: f"https://a.example/{text}")
clips = st.builds(make_clip, size=huge, width=huge, height=huge, seconds=st.floats(0, 10**6))
deliveries = st.builds(
    Delivery,
    form=st.sampled_from(DeliveryForm),
    clip=clips,
    treatment=st.sampled_from(Treatment),
    original=st.none() | clips,
    limit=huge,
    kept=st.booleans(),
    number=st.integers(1, 10),
    url=links,
    expires_at=maybe_moment,
)
linked_ones = deliveries.map(lambda each: replace(each, form=DeliveryForm.LINKED))
answers = st.lists(deliveries, max_size=10) | st.lists(linked_ones, min_size=8, max_size=10)
states = st.builds(
    CardState,
    offers_result=st.booleans(),
    job=jobs,
    balance=st.none() | balances,
    place=st.none() | st.builds(Place, number=huge, of=huge, starts_at=maybe_moment),
    percent=st.none() | st.floats(allow_nan=False),
    note=st.none() | long_text,
    silent_since=maybe_moment,
    ready_at=maybe_moment,
    step=st.none() | st.sampled_from(Step),
    fetching=st.integers(1, 10),
    bytes_total=st.none() | huge,
    bytes_limit=huge,
    pictures=st.lists(
        st.sampled_from([Path("a.jpg"), Path("b.WEBP"), Path("weird name.gif")]), max_size=2
    ).map(tuple),
    continuable=st.booleans(),
    earlier=st.none() | st.just(EARLIER),
    deliveries=answers.map(tuple),
    took=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
)


@given(states, long_text)
@settings(max_examples=100, deadline=None)
def test_every_card_is_within_the_limits_of_discord(state: CardState, label: str) -> None:
    models = Catalogue([VideoModel(id=state.job.request.model, label=label)])

    view = card_view(state, texts=TEXTS, models=models, buttons=some_buttons("a", "b", "c", "d"))

    _check(view)
    files = card_files(state, texts=TEXTS)
    assert all(re.fullmatch(r"[\w.-]+", file.name, re.ASCII) for file in files)
    assert {f"attachment://{file.name}": file.alt for file in files} == alts_of(view)


def _has_further(state: CardState) -> bool:
    return bool(further_files(state, texts=TEXTS))


@given(states.filter(_has_further))
@settings(max_examples=50, deadline=None)
def test_every_second_message_is_within_the_limits_of_discord(state: CardState) -> None:
    _check(further_view(state, texts=TEXTS))


def _check(view: ui.LayoutView) -> None:
    parts = list(components(view))
    assert len(parts) <= 40
    assert len(written(view).encode("utf-16-le")) // 2 <= 4000
    assert all(len(part["content"]) > 0 for part in parts if "content" in part)
    for button in (part for part in parts if part["type"] == 2):
        assert 0 < len(button["label"]) <= 80
        assert len(button.get("url", "")) <= 512
    items = [item for part in parts for item in [part, *part.get("items", [])]]
    alts = [item["description"] for item in items if item.get("description")]
    assert all(len(alt.encode("utf-16-le")) // 2 <= 1024 for alt in alts)
    assert all(item.get("description") != "" for item in items)
    assert all(1 <= len(part["components"]) <= 5 for part in parts if part["type"] == 1)
    assert all(1 <= len(part["items"]) <= 10 for part in parts if part["type"] == 12)


@given(states, long_text)
@settings(max_examples=100, deadline=None)
def test_no_card_mentions_links_or_tricks_anybody(state: CardState, label: str) -> None:
    models = Catalogue([VideoModel(id=state.job.request.model, label=label)])

    text = written(card_view(state, texts=TEXTS, models=models, buttons=lambda _: ()))
    text = text.replace(LINK_TO_EARLIER, "]", 1)
    # An address mentions nobody and leads where it says, whatever stands in it.
    text = re.sub(r"\]\(https://a\.example/[^()\s]*\)", "]()", text)

    mentioned = {found for found in CONSTRUCT.findall(text) if not _own_moment(found)}
    assert mentioned <= {f"<@{OWNER}>", _actor(state)}
    assert "@everyone" not in text
    assert "@here" not in text
    assert not re.search(r"https?://(?!a\.example/)|discord\.gg", text)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def _own_moment(found: str) -> bool:
    """All of ours are later than what the texts of strangers name."""
    moment = re.fullmatch(r"<t:(\d+):R>", found)
    return moment is not None and int(moment[1]) >= NOW.timestamp()


def _actor(state: CardState) -> str:
    """Who cancelled, when digits say so: the one mention beside the owner's."""
    reason = state.job.failure_reason or ""
    return f"<@{''.join(char for char in reason if char.isascii() and char.isdigit())}>"
