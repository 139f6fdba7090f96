"""Which link of a text is its video."""

import pytest

from bot.relay.reading.choice import choose

CDN = "https://cdn.example"
IN = f"{CDN}/in/clip.mp4"
CHOSEN = {
    "markdown": (f"[watch]({CDN}/1.mp4)", [f"{CDN}/1.mp4"]),
    "bare": (f"Done: {CDN}/1.mp4", [f"{CDN}/1.mp4"]),
    "end of a sentence": (f"It is at {CDN}/1.mp4.", [f"{CDN}/1.mp4"]),
    "chinese glued to it": (f"视频：{CDN}/1.mp4，请查看", [f"{CDN}/1.mp4"]),
    "letters glued to it": (f"{CDN}/1.mp4查看", [f"{CDN}/1.mp4"]),
    "bold": (f"**{CDN}/1.mp4**", [f"{CDN}/1.mp4"]),
    "angle brackets": (f"<{CDN}/1.mp4>", [f"{CDN}/1.mp4"]),
    "title behind it": (f'[x]({CDN}/1.mp4 "my clip")', [f"{CDN}/1.mp4"]),
    "parentheses in it": (f"[x]({CDN}/a_(1).mp4)", [f"{CDN}/a_(1).mp4"]),
    "player beats markdown": (
        f"<video src='{CDN}/p.mp4'></video> [x]({CDN}/m.mp4)",
        [f"{CDN}/p.mp4"],
    ),
    "player with text": (f"<video controls>\n{CDN}/p?key=a.b\n</video>", [f"{CDN}/p?key=a.b"]),
    "source behind a poster": (
        f'<video poster="{CDN}/p.jpg">\n <source src="{CDN}/s.mp4" type="video/mp4">\n</video>',
        [f"{CDN}/s.mp4"],
    ),
    "player without extension": (
        f"<video src='{CDN}/g%2Fraw?se=1&sig=a%2Fb'></video>",
        [f"{CDN}/g%2Fraw?se=1&sig=a%2Fb"],
    ),
    "markdown beats bare": (f"{CDN}/b.mp4\n[x]({CDN}/m.mp4)\n{CDN}/c.mp4", [f"{CDN}/m.mp4"]),
    "extension beats none": (
        f"[x]({CDN}/m.mp4)\n[watch]({CDN}/v/8f14e45fceea1677)",
        [f"{CDN}/m.mp4"],
    ),
    "last of equals": (f"preview [a]({CDN}/1.mp4)\nfinal [b]({CDN}/2.mp4)", [f"{CDN}/2.mp4"]),
    "the one to watch of twins": (
        f"[watch]({CDN}/cdn/1.mp4) | [save]({CDN}/cdn/download/1.mp4)",
        [f"{CDN}/cdn/1.mp4"],
    ),
    "one file name in two folders": (
        f"[a]({CDN}/preview/v.mp4) | [b]({CDN}/hq/v.mp4)",
        [f"{CDN}/hq/v.mp4"],
    ),
    "html escapes": (f'<video src="{CDN}/v?a=1&amp;b=2"></video>', [f"{CDN}/v?a=1&b=2"]),
    "no entity where there is none": (
        f"[x]({CDN}/v.mp4?a=1&region=2)",
        [f"{CDN}/v.mp4?a=1&region=2"],
    ),
    "json escapes": (r'{"url":"https:\/\/cdn.example\/1.mp4"}', [f"{CDN}/1.mp4"]),
    "named in the query": (
        f"{CDN}/x/?a=1&mime_type=video_mp4",
        [f"{CDN}/x/?a=1&mime_type=video_mp4"],
    ),
    "alone and opaque": (
        f"{CDN}/files/video?id=0a1b2c3d4e5f6071",
        [f"{CDN}/files/video?id=0a1b2c3d4e5f6071"],
    ),
    "signed in a sentence": (f"Voici: {CDN}/o/a?sig=x, merci", [f"{CDN}/o/a?sig=x"]),
    "short id behind its label": (f"Vídeo: {CDN}/d/ab12cd", [f"{CDN}/d/ab12cd"]),
    "short id without words": (f"See {CDN}/d/ab12cd", []),
    "cover without extension": (
        f"[обложка]({CDN}/d/ab12cd) [видео]({CDN}/d/ab12ce)",
        [f"{CDN}/d/ab12ce"],
    ),
    "playlist beside the file": (f"{CDN}/v.mp4\n{CDN}/v.m3u8", [f"{CDN}/v.mp4"]),
    "playlist alone": (f"[watch]({CDN}/v.m3u8)", []),
    "key in JSON": (f'{{"video_url":"{CDN}/a/b","cover_url":"{CDN}/a/c"}}', [f"{CDN}/a/b"]),
    "anchor that calls itself a page": (f'<a href="{CDN}/h/8f14e45fceea1677">Help</a>', []),
    "state of a task": (f"[video]({CDN}/renders/8f14e45fceea1677/status)", []),
    "relative": ("/v1/files/video?id=0a1b2c3d4e5f6071", ["/v1/files/video?id=0a1b2c3d4e5f6071"]),
    "without a scheme": ("Video: //cdn.example/1.mp4", ["//cdn.example/1.mp4"]),
    "without a scheme in markdown": ("[watch](//cdn.example/1.mp4)", ["//cdn.example/1.mp4"]),
    "without a scheme, alone": (
        "//cdn.example/d/8f14e45fceea1677",
        ["//cdn.example/d/8f14e45fceea1677"],
    ),
    "comment": ("// see cdn.example/1.mp4", []),
    "two slashes in words": ("either//or.mp4", []),
    "relative in markdown": ("[Download](/files/1.mp4)", ["/files/1.mp4"]),
    "anchor": (f"<a class='b' href='{CDN}/1.mp4'>here</a>", [f"{CDN}/1.mp4"]),
    "label with brackets": (f"[user: [5.0s] a (boat)]({CDN}/1.mp4)", [f"{CDN}/1.mp4"]),
    "label over lines": (f"[user: a boat\nassistant: ok]({CDN}/1.mp4)", [f"{CDN}/1.mp4"]),
    "label with an address": (f"[like {CDN}/old.mp4 but new]({CDN}/1.mp4)", [f"{CDN}/1.mp4"]),
    "picture syntax around a video": (f"![video]({CDN}/1.mp4)", [f"{CDN}/1.mp4"]),
    "list of several": (
        f"1. [a]({CDN}/1.mp4)\n2. [b]({CDN}/2.mp4)",
        [f"{CDN}/1.mp4", f"{CDN}/2.mp4"],
    ),
    "list of bare ones": (f"- {CDN}/1.mp4\n\n- {CDN}/2.mp4", [f"{CDN}/1.mp4", f"{CDN}/2.mp4"]),
    "input only": (f"视频链接: {IN}", []),
    "input first": (f"视频链接: {IN}\n[播放]({CDN}/1.mp4)", [f"{CDN}/1.mp4"]),
    "input in a fence": (f'```json\n{{"video":"{IN}"}}\n```', []),
    "result in a fence": (f'```json\n{{"video_url":"{CDN}/1.mp4"}}\n```', [f"{CDN}/1.mp4"]),
    "result without extension in a fence": (
        f'Here it is:\n```json\n{{"video_url":"{CDN}/o/9f8e7d6c5b4a3210","seed":1}}\n```',
        [f"{CDN}/o/9f8e7d6c5b4a3210"],
    ),
    "echo without extension in a fence": (
        f'```json\n{{"prompt":"x","video_url":"{CDN}/o/9f8e7d6c5b4a3210"}}\n```',
        [],
    ),
    "other addresses in a fence": (
        f'```json\n{{"share":"{CDN}/o/9f8e7d6c5b4a3210","cover_url":"{CDN}/o/1f8e7d6c5b4a3210"}}\n```',
        [],
    ),
    "fence loses": (f'```json\n{{"old":"{CDN}/0.mp4"}}\n```\n{CDN}/1.mp4', [f"{CDN}/1.mp4"]),
    "plain fence": (f"```html\n<video src='{CDN}/1.mp4'></video>\n```", [f"{CDN}/1.mp4"]),
    "thought": (f"<think>maybe {CDN}/0.mp4</think>", []),
    "after a thought": (f"<think>50%</think>\n{CDN}/1.mp4", [f"{CDN}/1.mp4"]),
    "thought without an end": (f"<think>\n{CDN}/1.mp4", [f"{CDN}/1.mp4"]),
    "picture": (f"![cover]({CDN}/1.webp) {CDN}/1.jpg", []),
    "picture without extension": (f"![cover]({CDN}/i/8f14e45fceea1677)", []),
    "status link": (
        "[原始数据](https://x.example/s/abc) | [Task](https://x.example/source/abc)",
        [],
    ),
    "link with the task's id": ("https://x.example/v1/videos/task-77aa", []),
    "content route": ("content_url: https://x.example/v1/videos/task-77aa/content", []),
    "video with the task's id": (f"{CDN}/out/task-77aa.mp4", [f"{CDN}/out/task-77aa.mp4"]),
    "help page": ("Please see https://x.example/ai-tool/video/generate", []),
    "help link": ("[documentation](https://x.example/docs/errors)", []),
    "home page": ("made with https://x.example", []),
    "home page as link": ("[watch more](https://x.example/)", []),
    "no address": ("nothing here", []),
    "broken address": ("https://[bad/1.mp4", []),
}


@pytest.mark.parametrize(("text", "chosen"), CHOSEN.values(), ids=CHOSEN.keys())
def test_chooses_the_video(text: str, chosen: list[str]) -> None:
    videos = choose(text, input_urls={IN}, task_id="task-77aa")

    assert [links[0] for links in videos] == chosen


ANYTHING = {
    "id in words of no language we know": (f"Klaar: {CDN}/d/ab12cd", [f"{CDN}/d/ab12cd"]),
    "long id in a sentence": (f"x {CDN}/8f14e45fceea1677 y", [f"{CDN}/8f14e45fceea1677"]),
    "page": (f"[Hilfe]({CDN}/d/ab12cd)", []),
    "words only": (f"[Sora]({CDN}/sora) or {CDN}/watch", []),
    "short id in a sentence": (f"chat with us at {CDN}/ab12cd any time", []),
}


@pytest.mark.parametrize(("text", "chosen"), ANYTHING.values(), ids=ANYTHING.keys())
def test_takes_a_link_that_no_word_offers_when_there_is_nothing_else(
    text: str, chosen: list[str]
) -> None:
    assert [links[0] for links in choose(text, anything=True)] == chosen


RESULT = f"{CDN}/o/9f8e7d6c5b4a3210"
BESIDE = {
    "rating": f"Video: {RESULT}\n[Rate this video](https://x.example/r/1f8e7d6c5b4a3211)",
    "form": f"Video: {RESULT} (expires tomorrow). Feedback: https://forms.example/AbC123dEf456gh",
    "form in front": f"Feedback: https://forms.example/AbC123dEf456gh. Video: {RESULT}",
    "receipt": f"[Watch]({RESULT})\n[View receipt](https://x.example/r/1f8e7d6c5b4a3211)",
    "maker": f"Video: {RESULT}\nPowered by [SuperRelay](https://x.example/ref/a1b2c3d4e5f6)",
    "another model": f"视频已生成：{RESULT}\n新模型，点击体验：https://x.example/c/a1b2c3d4e5f6",
    "upgrade": f"[点击这里]({RESULT}) 查看\n> 想要更快？[点击升级](https://x.example/u/a1b2c3d4e5f6)",
    "app": f"Done\n{RESULT}\nDownload our app: https://x.example/app/download/v2026a11",
    "gallery": f"[Your clip]({RESULT})\n[Open in gallery](https://x.example/g/a1b2c3d4e5f6)",
    "help film": f"{RESULT}.mp4\n[Tutorial](https://x.example/f/tutorial.mp4)",
    "help film by its address": f"{RESULT}.mp4\n[Look](https://x.example/tutorials/1.mp4)",
    "sample": f"Example of what I make: {CDN}/1.mp4\nNow yours\n[Your video]({RESULT})",
    "here": f"Your video is [here]({RESULT}). More? Click [here](https://x.example/a1b2c3d4e5f6)",
}


@pytest.mark.parametrize("text", BESIDE.values(), ids=BESIDE.keys())
def test_takes_the_link_that_is_called_a_video_whatever_else_is_offered(text: str) -> None:
    ((first, *_),) = choose(text)

    assert first.removesuffix(".mp4") == RESULT


SPARES = {
    "equals, the last first": (
        f"[a]({CDN}/1.mp4) | [b]({CDN}/2.mp4)",
        [f"{CDN}/2.mp4", f"{CDN}/1.mp4"],
    ),
    "the better form first": (
        f"{CDN}/1.mp4\n{CDN}/2.mp4\n[b]({CDN}/3.mp4)\n[watch]({CDN}/d/ab12cd)",
        [f"{CDN}/3.mp4", f"{CDN}/d/ab12cd", f"{CDN}/2.mp4", f"{CDN}/1.mp4"],
    ),
    "what is called nothing behind what is called a video": (
        f"Video: {RESULT}\n[SuperRelay](https://x.example/ref/a1b2c3d4e5f6)",
        [RESULT, "https://x.example/ref/a1b2c3d4e5f6"],
    ),
    "the same address again": (f"{CDN}/1.mp4\n{CDN}/1.mp4", [f"{CDN}/1.mp4"]),
    "twins": (
        f"[watch]({CDN}/cdn/1.mp4) | [save]({CDN}/cdn/download/1.mp4)",
        [f"{CDN}/cdn/1.mp4", f"{CDN}/cdn/download/1.mp4"],
    ),
    "many": (
        "\n".join(f"{CDN}/{number}.mp4" for number in range(5000)),
        [f"{CDN}/{number}.mp4" for number in (4999, 4998, 4997, 4996)],
    ),
    "no page and no picture": (
        f"[b]({CDN}/1.mp4)\n[help](https://x.example/a1b2c3d4e5f6)\n{CDN}/1.jpg",
        [f"{CDN}/1.mp4"],
    ),
}


@pytest.mark.parametrize(("text", "spared"), SPARES.values(), ids=SPARES.keys())
def test_keeps_the_other_links_as_spares_of_the_one_video(text: str, spared: list[str]) -> None:
    assert choose(text) == (tuple(spared),)


def test_the_items_of_a_list_are_no_spares_of_each_other() -> None:
    assert choose(f"1. {CDN}/1.mp4\n2. {CDN}/2.mp4") == ((f"{CDN}/1.mp4",), (f"{CDN}/2.mp4",))


PAGE = "https://x.example/p/8f14e45fceea1677"
WAITING = {
    "progress": f"View progress: {PAGE}",
    "progress as label": f"[View progress]({PAGE})",
    "progress beside a here": f"Track the progress [here]({PAGE})",
    "follow": f"Follow your render here: {PAGE}",
    "track": f"Track it: {PAGE}",
    "check back": f"Check back here: {PAGE}",
    "live": f"Live view: {PAGE}",
    "when ready": f"Queued. View your video here when ready: {PAGE}",
    "dashboard": f"Dashboard: {PAGE}",
    "chinese": f"查看进度：{PAGE}",
    "chinese, the other way round": f"[进度查看]({PAGE})",
    "key": f'{{"progress_url":"{PAGE}"}}',
    "begins with the id": "[Open](https://x.example/p/task-77aa-01)",
    "holds the id, alone": "https://x.example/p/x-task-77aa-01ffc2e4d1",
}


@pytest.mark.parametrize("text", WAITING.values(), ids=WAITING.keys())
def test_a_page_to_wait_at_is_no_video(text: str) -> None:
    assert choose(text, task_id="task-77aa") == ()


NO_WAITING = {
    "progress earlier on the line": f"Progress: 100% Video: {PAGE}",
    "progress as a step": f"进度 100% [点击下载]({PAGE})",
    "video with the id": "Video: https://x.example/o/task-77aa-hd",
    "finished, with the id": "Done! [Open](https://x.example/o/task-77aa-01ffc2e4d1)",
    "signed, with the id": "https://x.example/o/task-77aa-hd?sig=a%2Fb",
    "file": f"Follow it: {CDN}/1.mp4",
}


@pytest.mark.parametrize("text", NO_WAITING.values(), ids=NO_WAITING.keys())
def test_a_video_is_no_page_to_wait_at(text: str) -> None:
    assert len(choose(text, task_id="task-77aa")) == 1


def test_of_many_thousands_of_links_the_last_are_looked_at() -> None:
    many = " ".join(f"https://a.example/{number}" for number in range(20_000))

    assert choose(f"{many} [video](https://a.example/v.mp4)") == (("https://a.example/v.mp4",),)
