"""What the card says and shows in each state."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from discord import ui

from bot.domain.jobs import Job, JobStatus
from bot.domain.ledger import Allowance, Balance, Grant, Period, Scope
from bot.domain.requests import VideoRequest, input_name
from bot.domain.views import CardState, Delivery, DeliveryForm, Place, Step, Treatment
from bot.presenter.buttons import job_buttons
from bot.presenter.card import card_files, card_view, further_files, further_view
from tests.presenter.states import (
    MODELS,
    NOW,
    OWNER,
    TEXTS,
    alts_of,
    components,
    make_balance,
    make_clip,
    make_job,
    no_buttons,
    shown_text,
    some_buttons,
)

UNIX = int(NOW.timestamp())
RUNNING = make_job(status=JobStatus.RUNNING, started_at=NOW)
DELIVERED = make_job(
    status=JobStatus.DELIVERED, started_at=NOW, finished_at=NOW + timedelta(seconds=133)
)
FAILED = replace(
    DELIVERED, status=JobStatus.FAILED, failure="failure-moderation", failure_reason="No boats"
)


def view(
    state: CardState, buttons: Callable[[CardState], Sequence[ui.Item[Any]]] = no_buttons
) -> ui.LayoutView:
    return card_view(state, texts=TEXTS, models=MODELS, buttons=buttons)


def text(state: CardState) -> list[str]:
    return shown_text(view(state))


def attached(**changes: Any) -> Delivery:
    return Delivery(form=DeliveryForm.ATTACHED, clip=make_clip(**changes))


def linked(url: str | None, **changes: Any) -> CardState:
    delivery = Delivery(form=DeliveryForm.LINKED, clip=make_clip(), url=url, **changes)
    return CardState(job=DELIVERED, deliveries=(delivery,))


def link_buttons(state: CardState) -> list[str]:
    return [c["url"] for c in components(view(state)) if c["type"] == 2 and "url" in c]


def test_a_waiting_card_tells_its_place_and_what_is_held() -> None:
    place = Place(number=3, of=7, starts_at=NOW + timedelta(minutes=4))

    said = text(CardState(job=make_job(), balance=make_balance(), place=place))

    assert said == [
        "**A paper boat in the rain**",
        f"-# <@{OWNER}> · Sora 2 · 16:9 · 10 s · 1 credit held, 2 left today",
        "**Waiting, place 3 of 7**",
        "-# Starts by itself when its turn comes",
        f"-# Asked <t:{UNIX}:R> · starts <t:{UNIX + 240}:R>",
    ]


def test_a_waiting_card_says_that_the_image_is_being_checked() -> None:
    assert "-# Checking the image" in text(CardState(job=make_job(inputs_ready=False)))


STILL, FRAME = input_name("a" * 32, ".jpg"), input_name("a" * 32, ".jpg", moved=True)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ((FRAME,), "-# Your image moves: its first frame is used."),
        ((FRAME, STILL), "-# Your first image moves: its first frame is used."),
        ((STILL, FRAME), "-# Your last image moves: its first frame is used."),
        ((FRAME, FRAME), "-# Both of your images move: the first frame of each is used."),
    ],
)
@pytest.mark.parametrize("job", [make_job(), RUNNING, DELIVERED], ids=lambda job: job.status.value)
def test_a_card_says_whose_first_frame_is_used(
    job: Job, images: tuple[str, ...], said: str
) -> None:
    asked = replace(job.request, images=images)

    assert said in text(CardState(job=replace(job, request=asked)))


def test_a_card_says_nothing_of_frames_where_nothing_moves_or_nothing_comes_of_it() -> None:
    still = replace(make_job().request, images=(STILL, STILL))
    moving = replace(still, images=(FRAME,))

    for job in (replace(RUNNING, request=still), replace(FAILED, request=moving)):
        assert "frame" not in "\n".join(text(CardState(job=job)))


def test_a_making_card_shows_the_relays_step_and_percentage() -> None:
    state = CardState(
        job=RUNNING,
        balance=make_balance(),
        percent=52.4,
        note="> 排队中",
        ready_at=NOW + timedelta(seconds=90),
    )

    assert text(state)[2:] == [
        "**In the relay’s queue**",
        "▰▰▰▰▰▱▱▱▱▱ 52 %",
        f"-# Started <t:{UNIX}:R> · expected <t:{UNIX + 90}:R>",
    ]


def test_without_the_relays_percentage_there_is_no_bar_and_no_number() -> None:
    said = "\n".join(text(CardState(job=RUNNING, note="Rendering")))

    assert "Rendering" in said
    assert "No percentage from the relay yet" in said
    assert not set("▰▱%") & set(said)


def test_a_silent_relay_is_named_since_when() -> None:
    said = text(CardState(job=RUNNING, silent_since=NOW + timedelta(seconds=5)))

    assert said[-1] == f"-# Started <t:{UNIX}:R> · last news <t:{UNIX + 5}:R>"


@pytest.mark.parametrize(
    ("percent", "bar"), [(-4.0, "▱" * 10 + " 0 %"), (180.0, "▰" * 10 + " 100 %")]
)
def test_a_percentage_outside_its_bounds_is_held_to_them(percent: float, bar: str) -> None:
    assert bar in text(CardState(job=RUNNING, percent=percent))


@pytest.mark.parametrize(
    ("step", "size", "said"),
    [
        (Step.FETCHING, 8_808_038, "-# Fetching 8.4 MB"),
        (Step.FETCHING, None, "-# Fetching it"),
        (Step.POSTING, None, "-# Posting it here"),
        (Step.CONVERTING, 8_808_038, "-# Making it playable everywhere"),
        (Step.SHRINKING, 50_541_363, "-# Shrinking its 48.2 MB to the 10 MB that fit here"),
        (
            Step.CUTTING,
            50_541_363,
            "-# Making a preview: all 48.2 MB of it would not look good in the 10 MB that fit here",
        ),
        (None, None, "-# Bringing it here"),
    ],
)
def test_a_delivering_card_tells_the_step(step: Step | None, size: int | None, said: str) -> None:
    job = replace(RUNNING, status=JobStatus.DELIVERING)

    assert text(CardState(job=job, step=step, bytes_total=size, bytes_limit=10 << 20))[2:4] == [
        "**The video is made**",
        said,
    ]


def test_every_state_on_the_way_has_the_same_five_lines() -> None:
    states = [
        CardState(job=make_job(inputs_ready=False)),
        CardState(job=make_job()),
        CardState(job=RUNNING),
        CardState(job=RUNNING, percent=52.0),
        CardState(job=replace(RUNNING, status=JobStatus.DELIVERING)),
    ]

    assert [len(text(state)) for state in states] == [5] * len(states)


def test_a_delivered_card_holds_the_video_and_what_it_took() -> None:
    state = CardState(job=DELIVERED, balance=make_balance(), deliveries=(attached(),))

    shown = view(state)

    assert [c["type"] for c in components(shown) if c["type"] != 17] == [10, 14, 10, 12, 10]
    gallery = next(c for c in components(shown) if c["type"] == 12)
    assert gallery["items"][0]["media"]["url"] == "attachment://video-0123456789abcdef.mp4"
    assert gallery["items"][0]["description"] == "A paper boat in the rain"
    assert shown_text(shown)[1:] == [
        f"-# <@{OWNER}> · Sora 2 · 16:9 · 10 s · 1 credit used, 2 left today",
        "**Done · 1280 × 720 · 8.4 MB**",
        "-# Took 2 min 13 s",
    ]


@pytest.mark.parametrize("sign", ["👨\u200d👩\u200d👧\u200d👦", "\U00010ffd" * 9, "纸", "x"])
def test_the_alt_text_of_a_long_prompt_is_within_discords_limit(sign: str) -> None:
    job = replace(DELIVERED, request=VideoRequest(prompt=sign * 500, model="sora-2"))

    shown = view(CardState(job=job, deliveries=(attached(),)))

    (gallery,) = (c for c in components(shown) if c["type"] == 12)
    assert 0 < len(gallery["items"][0]["description"].encode("utf-16-le")) // 2 <= 1024


def test_a_length_other_than_asked_is_told() -> None:
    said = text(CardState(job=DELIVERED, deliveries=(attached(seconds=8.04),)))

    assert "**Done · 1280 × 720 · 8 s · 8.4 MB**" in said


def test_a_linked_video_has_a_button_and_its_expiry() -> None:
    state = linked("https://media.example.com/a.mp4?ex=1", expires_at=NOW + timedelta(days=1))

    assert link_buttons(state) == ["https://media.example.com/a.mp4?ex=1"]
    assert text(state)[-1] == f"-# Took 2 min 13 s · the link ends <t:{UNIX + 86400}:R>"


def treated(treatment: Treatment, *, kept: bool = True, **changes: Any) -> Delivery:
    """A video that was made of one with 48.2 MB and half an hour."""
    return Delivery(
        form=DeliveryForm.ATTACHED,
        clip=make_clip(**changes),
        url="https://media.example.com/a.mp4",
        treatment=treatment,
        original=make_clip(size=50_541_363, seconds=1800.0),
        limit=10 << 20,
        kept=kept,
    )


def of(*deliveries: Delivery) -> CardState:
    return CardState(job=DELIVERED, deliveries=deliveries)


SHRUNK = "Shrunk from 48.2 MB to fit the 10 MB that Discord takes here."
CUT = "A preview: the first 54 s of 30 min 0 s. All 48.2 MB do not fit here."


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        (treated(Treatment.REMUXED), []),
        (
            treated(Treatment.CONVERTED),
            ["Converted so that it plays everywhere. The original is in `/videos`."],
        ),
        (
            treated(Treatment.SHRUNK),
            [f"{SHRUNK} The original is in `/videos`."],
        ),
        (
            replace(treated(Treatment.SHRUNK), limit=0),
            ["Shrunk from 48.2 MB to fit here. The original is in `/videos`."],
        ),
        (
            treated(Treatment.PREVIEW, seconds=54.0),
            [f"{CUT} The original is in `/videos`."],
        ),
        (
            treated(Treatment.SHRUNK, kept=False),
            [f"{SHRUNK} The relay’s link has the original."],
        ),
    ],
)
def test_what_is_not_as_the_relay_made_it_is_said(delivery: Delivery, said: list[str]) -> None:
    assert text(of(delivery))[3:-1] == said


@pytest.mark.parametrize(
    ("delivery", "has_link"),
    [
        (treated(Treatment.REMUXED, kept=False), False),
        (treated(Treatment.CONVERTED), False),
        (treated(Treatment.SHRUNK), False),
        (treated(Treatment.PREVIEW), True),
        (treated(Treatment.CONVERTED, kept=False), True),
        (treated(Treatment.SHRUNK, kept=False), True),
    ],
)
def test_the_relays_link_stands_by_where_more_is_behind_it(
    delivery: Delivery, has_link: bool
) -> None:
    assert bool(link_buttons(of(delivery))) is has_link
    assert ("the relay does not say how long the link stays" in text(of(delivery))[-1]) is has_link


def test_of_several_it_is_said_how_many_are_not_as_the_relay_made_them() -> None:
    plain = attached()
    shrunk, preview = treated(Treatment.SHRUNK), treated(Treatment.PREVIEW)

    said = text(of(plain, shrunk, shrunk, preview))

    assert (
        "2 of 4 shrunk to fit here. 1 of 4 only as a preview: all of it does not fit here. "
        "The originals are in `/videos`."
    ) in said


def test_what_finds_no_place_leads_to_the_relays_own_file() -> None:
    link = treated(Treatment.SHRUNK).as_link()

    assert (link.form, link.clip.size) == (DeliveryForm.LINKED, 50_541_363)
    assert "Too large to attach here, so the relay’s own link has it" in text(of(link))
    assert not any("/videos" in line for line in text(of(link)))


def several(*forms: DeliveryForm, made: int = 0, **changes: Any) -> CardState:
    """A delivered state whose videos have these forms, of so many that the relay made."""
    deliveries = tuple(
        Delivery(
            form=form,
            clip=make_clip(size=3_000_000, path=Path(f"clip-{number}.mp4")),
            number=number,
            url=f"https://media.example.com/{number}.mp4",
            **changes,
        )
        for number, form in enumerate(forms, start=1)
    )
    links = (("https://media.example.com/v.mp4",),) * max(made, len(forms))
    return CardState(job=replace(DELIVERED, videos=links), deliveries=deliveries)


def gallery(shown: ui.LayoutView) -> list[str]:
    (found,) = (c for c in components(shown) if c["type"] == 12)
    return [item["media"]["url"].removeprefix("attachment://") for item in found["items"]]


CARD, FURTHER, LINKED = DeliveryForm.ATTACHED, DeliveryForm.FURTHER, DeliveryForm.LINKED


def test_several_videos_stand_in_one_gallery() -> None:
    state = several(CARD, CARD, CARD)

    assert gallery(view(state)) == [
        "video-0123456789abcdef.mp4",
        "video-0123456789abcdef-2.mp4",
        "video-0123456789abcdef-3.mp4",
    ]
    assert text(state)[2:] == [
        "**Done · 3 videos · 1280 × 720 · 8.6 MB**",
        "-# Took 2 min 13 s",
    ]


def test_a_video_keeps_its_number_when_the_one_before_it_is_missing() -> None:
    state = several(CARD, CARD)
    state = replace(state, deliveries=state.deliveries[1:])

    assert gallery(view(state)) == ["video-0123456789abcdef-2.mp4"]


def test_what_differs_between_videos_is_not_said_of_all() -> None:
    state = several(CARD, CARD)
    wide, tall = state.deliveries
    tall = replace(tall, clip=replace(tall.clip, width=720, height=1280, seconds=5.0))

    assert text(replace(state, deliveries=(wide, tall)))[2] == "**Done · 2 videos · 5.7 MB**"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (several(CARD, made=2), ["1 of 2 videos could be fetched"]),
        (several(CARD, CARD, made=3), ["2 of 3 videos could be fetched"]),
        (several(CARD, FURTHER), ["1 more is in the message below"]),
        (several(CARD, FURTHER, FURTHER), ["2 more are in the message below"]),
        (
            several(CARD, LINKED),
            ["1 of 2 could not be attached here, so the relay’s own link has it"],
        ),
        (
            several(LINKED, LINKED),
            ["2 of 2 could not be attached here, so the relay’s own links have them"],
        ),
        (
            several(*[CARD] * 4, *[FURTHER] * 6, made=12),
            [
                "The relay made 12 videos; 10 are the most that one request brings here",
                "6 more are in the message below",
            ],
        ),
        (
            several(*[CARD] * 4, *[FURTHER] * 5, made=12),
            [
                "9 of 10 videos could be fetched",
                "The relay made 12 videos; 10 are the most that one request brings here",
                "5 more are in the message below",
            ],
        ),
    ],
)
def test_what_is_not_on_the_card_is_said(state: CardState, said: list[str]) -> None:
    assert text(state)[3:-1] == said


def test_several_links_have_a_button_each_above_those_of_the_card() -> None:
    state = several(CARD, LINKED, LINKED, expires_at=NOW + timedelta(hours=1))

    shown = view(state, some_buttons("Again", "Continue", "Prompt", "Delete"))

    rows = [c["components"] for c in components(shown) if c["type"] == 1]
    assert [[button["label"] for button in row] for row in rows] == [
        ["Open video 2", "Open video 3"],
        ["Again", "Continue", "Prompt", "Delete"],
    ]
    assert text(state)[-1] == f"-# Took 2 min 13 s · the first link ends <t:{UNIX + 3600}:R>"


def test_of_several_long_links_only_as_many_stand_in_the_text_as_fit() -> None:
    state = several(LINKED, LINKED, LINKED)
    long = tuple(replace(d, url=f"{d.url}?{'a' * 560}") for d in state.deliveries)

    said = text(replace(state, deliveries=long))

    assert [line.partition("(")[0] for line in said[4:7]] == [
        "[Open video 1]",
        "[Open video 2]",
        "The relay’s link is too long to show here",
    ]


def test_the_second_message_holds_the_rest() -> None:
    state = several(*[CARD] * 4, FURTHER, FURTHER)

    shown = further_view(state, texts=TEXTS)

    assert gallery(shown) == [file.name for file in further_files(state, texts=TEXTS)]
    assert [file.path.name for file in further_files(state, texts=TEXTS)] == [
        "clip-5.mp4",
        "clip-6.mp4",
    ]
    assert shown_text(shown) == ["2 more of 6 videos"]


@pytest.mark.parametrize(
    ("step", "size", "said"),
    [
        (Step.FETCHING, None, "-# Fetching 2 of 4"),
        (Step.FETCHING, 8_808_038, "-# Fetching 2 of 4, 8.4 MB"),
        (Step.POSTING, 8_808_038, "-# Posting them here"),
        (Step.CONVERTING, 8_808_038, "-# Making 2 of 4 playable everywhere"),
        (Step.SHRINKING, 50_541_363, "-# Shrinking 2 of 4, 48.2 MB, to 10 MB"),
        (Step.CUTTING, 50_541_363, "-# Making a preview of 2 of 4, 48.2 MB"),
    ],
)
def test_a_delivering_card_tells_which_video(step: Step, size: int | None, said: str) -> None:
    job = replace(RUNNING, status=JobStatus.DELIVERING, videos=(("https://a.example/v",),) * 4)

    state = CardState(job=job, step=step, fetching=2, bytes_total=size, bytes_limit=10 << 20)

    assert text(state)[2:4] == [
        "**4 videos are made**",
        said,
    ]


def test_a_link_too_long_for_a_button_stands_in_the_text() -> None:
    url = "https://media.example.com/" + "a" * 600

    assert link_buttons(linked(url)) == []
    assert f"[Open the video]({url})" in text(linked(url))


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "https://media.example.com/" + "a" * 2000]
)
def test_a_link_that_cannot_be_shown_is_admitted(url: str | None) -> None:
    assert link_buttons(linked(url)) == []
    assert "The relay’s link is too long to show here" in text(linked(url))


def test_a_link_cannot_break_out_of_its_markdown() -> None:
    url = "https://media.example.com/a)b[c](d)<@1> " + "a" * 600

    said = "\n".join(text(linked(url)))

    assert "a%29b%5Bc%5D%28d%29%3C@1%3E%20" in said


def test_a_failed_card_says_why_what_to_do_and_that_the_credit_is_back() -> None:
    state = CardState(job=replace(FAILED, refunded=True), balance=make_balance(left=3))

    said = text(state)

    assert said[1].endswith("**1 credit returned**, 3 left today")
    assert said[2:] == [
        "**This did not work**",
        (
            "The relay’s safety rules turned this request down (“No boats”). "
            "Change the prompt or the image and ask again."
        ),
        "-# Took 2 min 13 s",
    ]


def test_a_failure_whose_details_were_not_kept_is_still_told() -> None:
    state = CardState(job=replace(FAILED, failure="media-status", failure_reason=None))

    assert "answered with an error." in "\n".join(text(state))


def test_a_failure_names_its_details() -> None:
    job = replace(FAILED, failure="image-pixels", failure_params={"megapixels": 500})

    assert "500 megapixels" in "\n".join(text(CardState(job=job)))


def test_a_cancelled_card_says_by_whom() -> None:
    job = replace(
        DELIVERED,
        status=JobStatus.CANCELLED,
        failure="cancelled-by-moderator",
        failure_reason="42",
        refunded=True,
    )

    said = text(CardState(job=job))

    assert said[1].endswith("**1 credit returned**")
    assert said[3] == "By <@42>, who moderates here."


def test_a_cancelled_card_says_when_the_relay_was_already_paid() -> None:
    job = replace(DELIVERED, status=JobStatus.CANCELLED, failure="cancelled-by-owner")

    said = text(CardState(job=job))

    assert said[1].endswith("1 credit used")
    assert said[3] == "By the member who asked for it. The relay was already paid for it."


@pytest.mark.parametrize(
    ("balance", "said"),
    [
        (None, "2 credits held"),
        (make_balance(left=None), "2 credits held, no limit"),
        (make_balance(left=0), "2 credits held, 0 left today"),
        (make_balance(left=1, grants=(Grant(id=1, left=4),)), "2 credits held, 5 left"),
        (
            Balance(
                rule=Allowance(scope=Scope.ROLE, credits=9, period=Period.MONTH),
                left=7,
                resets_at=NOW,
            ),
            "2 credits held, 7 left this month",
        ),
    ],
)
def test_tells_what_is_left_as_far_as_it_is_known(balance: Balance | None, said: str) -> None:
    assert text(CardState(job=make_job(price=2), balance=balance))[1].endswith(f"10 s · {said}")


def test_a_video_without_a_price_is_free() -> None:
    assert text(CardState(job=make_job(price=0)))[1].endswith("10 s · free")


def test_options_that_were_not_given_are_left_out() -> None:
    job = make_job(request=VideoRequest(prompt="A boat", model="gone-model"))

    assert text(CardState(job=job))[1] == f"-# <@{OWNER}> · gone-model · 1 credit held"


def test_the_reference_image_stands_beside_the_prompt_in_every_state(tmp_path: Path) -> None:
    for status in JobStatus:
        shown = view(CardState(job=make_job(status=status), pictures=(tmp_path / "a.PNG",)))

        pictures = [c["media"]["url"] for c in components(shown) if c["type"] == 11]
        assert pictures == ["attachment://input-0123456789abcdef.png"]


def test_both_ends_are_shown_until_the_video_is_there(tmp_path: Path) -> None:
    frames = (tmp_path / "a.jpg", tmp_path / "b.png")
    for status in JobStatus:
        videos = (attached(),) if status is JobStatus.DELIVERED else ()
        state = CardState(job=make_job(status=status), pictures=frames, deliveries=videos)
        shown = view(state)

        pictures = [c["media"]["url"] for c in components(shown) if c["type"] == 11]
        first, last = "input-0123456789abcdef.jpg", "last-0123456789abcdef.png"
        names = [first] if videos else [first, last]
        assert pictures == [f"attachment://{name}" for name in names]
        assert [
            file.name for file in card_files(state, texts=TEXTS) if file.path in frames
        ] == names


def test_the_files_are_those_that_the_card_shows(tmp_path: Path) -> None:
    state = CardState(job=DELIVERED, deliveries=(attached(),), pictures=(tmp_path / "a.jpg",))

    shown = view(state)

    urls = {c["media"]["url"] for c in components(shown) if "media" in c}
    urls |= {item["media"]["url"] for c in components(shown) for item in c.get("items", [])}
    assert urls == {f"attachment://{file.name}" for file in card_files(state, texts=TEXTS)}
    assert [file.path for file in card_files(state, texts=TEXTS)] == [
        Path("clip.mp4"),
        tmp_path / "a.jpg",
    ]


def test_several_videos_are_told_apart_in_their_alt_texts() -> None:
    videos = tuple(replace(attached(), number=number) for number in (1, 2))

    said = alts_of(view(CardState(job=DELIVERED, deliveries=videos)))

    assert list(said.values()) == [
        "Video 1: A paper boat in the rain",
        "Video 2: A paper boat in the rain",
    ]


def test_the_reference_images_say_what_they_are_for(tmp_path: Path) -> None:
    frames = (tmp_path / "a.jpg", tmp_path / "b.png")

    said = alts_of(view(CardState(job=RUNNING, pictures=frames)))

    assert list(said.values()) == [
        "Reference image: A paper boat in the rain",
        "Last frame: A paper boat in the rain",
    ]


def test_buttons_follow_the_link() -> None:
    shown = view(linked("https://a.example/v.mp4"), some_buttons("Again", "Delete"))

    labels = [c["label"] for c in components(shown) if c["type"] == 2]
    assert labels == ["Open the video", "Again", "Delete"]


@pytest.mark.parametrize("status", JobStatus)
def test_every_state_has_a_row_of_buttons_so_that_the_card_keeps_its_shape(
    status: JobStatus,
) -> None:
    shown = view(CardState(job=make_job(status=status)), job_buttons(TEXTS))

    labels = [c["label"] for c in components(shown) if c["type"] == 2]
    assert "Prompt" in labels


def test_every_state_has_a_colour_of_its_own() -> None:
    colours = {
        next(components(view(CardState(job=make_job(status=status)))))["accent_color"]
        for status in JobStatus
    }

    assert len(colours) == len(JobStatus)
