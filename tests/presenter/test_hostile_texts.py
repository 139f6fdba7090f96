"""Whatever anybody writes, wherever the bot shows it: nothing comes alive, and the shape holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from discord import ui

from bot.domain.errors import FailureKind, Refusal, RelayFailure
from bot.domain.jobs import JobStatus
from bot.domain.ledger import Block, Entry, EntryKind, Pause
from bot.domain.library import Handout, Kept, Page, VideoFile
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import VideoRequest
from bot.domain.views import CardState, Delivery, DeliveryForm
from bot.presenter.answers import done_view, prompt_view, refusal_view
from bot.presenter.card import card_view, further_view
from bot.presenter.library.views import Look, page_view, private_view, question_view, shared_view
from bot.presenter.quota import quota_view
from bot.presenter.voice import Voice
from tests import hostile
from tests.presenter.states import (
    NOW,
    OWNER,
    TEXTS,
    components,
    make_clip,
    make_job,
    no_buttons,
    written,
)
from tests.presenter.test_quota import REPORT

pytestmark = pytest.mark.unmeasured

EVERY = pytest.mark.parametrize("text", hostile.TEXTS.values(), ids=hostile.TEXTS)
EN = "en-US"


def calm(view: ui.LayoutView) -> str:
    """The text of a view that is within Discord's limits and in which nothing is alive."""
    text = written(view)
    parts = list(components(view))
    items = [item for part in parts for item in (part, *part.get("items", ()))]
    alts = [item["description"] for item in items if item.get("description")]
    ours = text.replace(f"<@{OWNER}>", "").replace("<@7>", "")
    for moment in (NOW, NOW + timedelta(days=1), NOW + timedelta(hours=8)):
        ours = ours.replace(f"<t:{int(moment.timestamp())}:R>", "")
    assert hostile.alive(ours) == []
    assert [alt for alt in alts if hostile.unseen(alt) or hostile.units(alt) > 1024] == []
    assert hostile.units(text) <= 4000
    assert len(parts) <= 40
    return text


def cards(text: str) -> Iterator[CardState]:
    request = VideoRequest(prompt=text, model=text or "m", ratio=text or None)
    clip = make_clip()
    for status in JobStatus:
        job = make_job(
            request=request,
            status=status,
            failure="failure-upstream" if status is JobStatus.FAILED else None,
            failure_reason=text,
            videos=((text,),),
        )
        yield CardState(job=job, note=text)
        for form in DeliveryForm if status is JobStatus.DELIVERED else ():
            given = Delivery(form=form, clip=clip, url=text)
            yield CardState(job=job, note=text, deliveries=(given,), pictures=(Path("a.png"),))


@EVERY
def test_on_a_card(text: str) -> None:
    models = Catalogue([VideoModel(id=text or "m", label=text or "m")])

    for state in cards(text):
        said = calm(card_view(state, texts=TEXTS, models=models, buttons=no_buttons))
        assert len(said.splitlines()) <= 6  # its five lines, and one for a link
        if any(each.form is DeliveryForm.FURTHER for each in state.deliveries):
            calm(further_view(state, texts=TEXTS))


@EVERY
def test_in_a_failure_and_a_refusal(text: str) -> None:
    for kind in FailureKind:
        failure = RelayFailure(kind, text)
        calm(refusal_view(failure, texts=TEXTS, locale=EN))
    for refusal in (
        Refusal("refusal-model", value=text, choices=text),
        Refusal("refusal-ratio", count=2, model=text, value=text, choices=text),
        Refusal("refusal-image-type", type=text),
        Refusal("refusal-blocked", reason=text),
        Refusal("refusal-paused", reason=text),
        Refusal("refusal-timezone", value=text),
    ):
        calm(refusal_view(refusal, texts=TEXTS, locale=EN))


@EVERY
def test_in_a_quota(text: str) -> None:
    entries = tuple(
        Entry(id=number, kind=EntryKind.GRANT, amount=1, at=NOW, reason=text, actor_id=7)
        for number in range(9)
    )
    report = replace(
        REPORT,
        entries=entries,
        block=Block(user_id=8, reason=text, actor_id=7, at=NOW),
        pause=Pause(reason=text, actor_id=7, at=NOW),
    )

    for own in (True, False):
        calm(quota_view(report, texts=TEXTS, locale=EN, name=text, own=own))


@EVERY
def test_in_a_library(text: str, tmp_path: Path) -> None:
    look = Look(
        say=Voice(TEXTS, EN),
        models=Catalogue([VideoModel(id="m", label=text or "m")]),
        jump=lambda _job: "",
    )
    request = VideoRequest(prompt=text, model="m", ratio=text or None)
    file = VideoFile(path=tmp_path / "video-0123456789abcdef.mp4", number=1, size=9, stored_at=NOW)
    job = make_job(request=request, status=JobStatus.DELIVERED, finished_at=NOW)
    kept = Kept(job=job, files=(file,), until=NOW + timedelta(days=1))
    page = Page(items=(kept,) * 5, number=1, pages=1, total=5)
    handout = Handout(kept=kept, files=(file,), limit=10)

    calm(
        page_view(
            page,
            look,
            keep=timedelta(days=7),
            watch=lambda _job: ui.Button(label="x", custom_id="x"),
            turn=(),
        )
    )
    button = ui.Button[ui.LayoutView](label="x", custom_id="x")
    for view in (private_view, shared_view):
        calm(view(handout, look, buttons=(button,)))
    calm(question_view(kept, look, buttons=(button,)))


@EVERY
def test_in_what_operators_are_told(text: str) -> None:
    for key in ("operator-auth", "operator-model-unavailable"):
        calm(done_view(key, texts=TEXTS, locale=EN, model=text, reason=text))


@EVERY
def test_in_a_whole_prompt(text: str) -> None:
    view, files = prompt_view(text, texts=TEXTS, locale=EN)

    said = written(view)
    assert hostile.units(said) <= 4000
    assert hostile.unseen(said) == []
    assert said.count("```") == (0 if files else 2)  # between them nothing is alive
    assert [file.filename for file in files] in ([], ["prompt.txt"])
