"""What kind of failure an answer amounts to, and which words of it people see."""

import json
from typing import Any

import pytest

from bot.domain.errors import FailureKind
from bot.domain.events import Failed, Pending
from bot.relay.reading.endings import complaint
from bot.relay.reading.failures import kind_of_error
from bot.relay.reading.reasons import MAX_REASON, reason_of
from tests.relay.bodies import read, reader, sse

ERRORS = [
    (400, "moderation_blocked Your request was blocked", "moderation"),
    (200, "PUBLIC_ERROR_UNSAFE_GENERATION", "moderation"),
    (400, "提示词包含敏感词", "moderation"),
    (402, "", "quota"),
    (403, "user quota is not enough", "quota"),
    (429, "You exceeded your current quota, please check your plan and billing details", "quota"),
    (401, "", "auth"),
    (403, "该令牌无权访问模型 sora-2", "auth"),
    (200, "Token已失效", "auth"),
    (404, "", "not_found"),
    (404, "The model `sora-9` does not exist", "model_unavailable"),
    (500, "400: Invalid model: sora-9", "model_unavailable"),
    (503, "对于模型 sora-2 无可用渠道", "model_unavailable"),
    (410, "The model sora-2 has been retired", "model_unavailable"),
    (429, "当前分组上游负载已饱和", "rate_limit"),
    (200, "Too many requests, slow down", "rate_limit"),
    (500, "We're under heavy load, please try again later.", "overloaded"),
    (529, "", "overloaded"),
    (504, "", "timeout"),
    (524, "<cut>", "timeout"),
    (200, "Generation exceeded 1500 seconds limit", "timeout"),
    (400, "Unable to process request", "invalid_request"),
    (422, "field required", "invalid_request"),
    (413, "", "invalid_request"),
    (200, "prompt cannot be empty", "invalid_request"),
    (502, "generation_failed 视频URL为空", "generation_failed"),
    (502, "Bad gateway", "upstream"),
    (500, "", "upstream"),
    (200, "connection reset by peer", "upstream"),
    (200, "hmm", "upstream"),
]


@pytest.mark.parametrize(("status", "words", "kind"), ERRORS)
def test_names_the_kind_of_an_error(status: int, words: str, kind: str) -> None:
    assert kind_of_error(status, words).value == kind


COMPLAINTS = {
    "plain": ("生成失败", "generation_failed"),
    "behind the steps": ("> 排队中\n> 生成中.生成失败", "generation_failed"),
    "with advice behind it": (
        "⚠️ 视频生成失败，错误码: 2038\n\n请访问官网\n\n记录",
        "generation_failed",
    ),
    "moderation": ("❌ 生成失败: This content may violate our guardrails.", "moderation"),
    "timeout": ("视频生成超时，请稍后再试", "timeout"),
    "needs an image": ("请上传图片链接，才能开始生成视频", "invalid_request"),
    "pool is exhausted": ("当前账号的该功能使用次数已达上限", "rate_limit"),
    "provider's status": ("生成失败: Request failed with status code 401", "generation_failed"),
    "provider's words in a fence": (
        '生成失败: no\n```json\n{"e":"quota exceeded"}\n```',
        "generation_failed",
    ),
    "retry that goes on": ("**生成失败，正在重试**\n\n第 1 次重试", None),
    "retry that went on": ("Generation failed\nretrying (2 of 3)\n35%", None),
    "success behind it": ("⚠️ cache failed\n✅ 生成完成", None),
    "refusal of a text model": ("抱歉，我无法直接生成视频，不过可以为你写一份分镜脚本。", None),
    "prompt": ("Here is a failed rocket landing", None),
    "progress": ("Progress: 35%", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("text", "kind"), COMPLAINTS.values(), ids=COMPLAINTS.keys())
def test_hears_a_failure_at_the_end_of_a_text(text: str, kind: str | None) -> None:
    found = complaint(text, prompt="a failed rocket landing")

    assert (found.kind.value if found else None) == kind


REASONS: dict[str, tuple[Any, str]] = {
    "message": ({"message": "No accounts", "type": "x"}, "No accounts"),
    "nested": ({"error": {"message": "No accounts"}}, "No accounts"),
    "list": (
        {"detail": [{"loc": ["body", "messages"], "msg": "Field required"}]},
        "messages: Field required",
    ),
    "json in a message": (
        {"message": 'failed: 400 - {"error": {"message": "Too dark."}}'},
        "Too dark.",
    ),
    "json twice": (
        {"message": json.dumps({"error": {"message": json.dumps({"msg": "Deep"})}})},
        "Deep",
    ),
    "cut json": ({"message": 'failed: 400 - {"error": {"mess'}, "failed: 400"),
    "request id": ({"message": "无效的令牌 (request id: 2026112000ExAmPlE)"}, "无效的令牌"),
    "link": ({"message": "See [docs](https://x.example/d) or https://x.example now"}, "See or now"),
    "markup": ("❌ **Failed**: `bad` <b>prompt</b>", "Failed: bad prompt"),
    "key": (
        {"message": "Incorrect API key provided: sk-abcdefABCDEF1234567890"},
        "Incorrect API key provided",
    ),
    "lines": ("first\n\n  second", "first second"),
    "page": ("502 <html><body>nginx</body></html>", "502"),
    "nothing": ({"message": "", "code": None}, ""),
    "number": (17, ""),
}


@pytest.mark.parametrize(("error", "reason"), REASONS.values(), ids=REASONS.keys())
def test_unwraps_the_words_of_a_relay(error: object, reason: str) -> None:
    assert reason_of(error) == reason


def test_cuts_long_reasons() -> None:
    assert len(reason_of("no " * 1000)) == MAX_REASON


FORMS = {
    "text in data": (b"event: error\ndata: out of memory\n\n", "upstream", "out of memory"),
    "bare json amid events": (
        b': x\n\n{"error":{"message":"busy now"}}\n',
        "overloaded",
        "busy now",
    ),
    "success false": (
        b'{"success":false,"message":"insufficient credits"}',
        "quota",
        "insufficient credits",
    ),
    "failed task": (
        b'{"id":"t1","status":"failed","error":{"message":"no"}}',
        "generation_failed",
        "no",
    ),
    "status inside": (b'{"error":{"message":"x","status_code":504}}', "timeout", "x"),
    "echoed prompt": (
        b'{"status":"failed","request":{"prompt":"nsfw"},"error":"no"}',
        "generation_failed",
        "no",
    ),
    "refusal": (sse({"refusal": "I will not."}), "moderation", "I will not."),
    "only done": (b"data: [DONE]\n\n", "no_result", ""),
    "literal line ends": (b"data: [DONE]\\n\\n\n\n", "no_result", ""),
    "nothing at all": (b"", "truncated", ""),
    "comments only": (b": keep-alive\n\n: keep-alive\n\n", "truncated", ""),
    "page": (b"\n<!doctype html><title>x</title>", "not_found", ""),
    "plain words": (b"all is well", "no_result", "all is well"),
}


@pytest.mark.parametrize(("body", "kind", "reason"), FORMS.values(), ids=FORMS.keys())
def test_finds_failures_in_every_form(body: bytes, kind: str, reason: str) -> None:
    _, outcome = read(reader(), [body])

    assert isinstance(outcome, Failed)
    assert (outcome.kind.value, outcome.reason) == (kind, reason)


def test_words_that_are_called_a_page_are_not_shown() -> None:
    _, outcome = read(reader(content_type="text/html"), [b"Welcome to the relay"])

    assert outcome == Failed(kind=FailureKind.NOT_FOUND)


def test_content_filter_is_moderation() -> None:
    body = b'data: {"choices":[{"delta":{},"finish_reason":"content_filter"}]}\n\ndata: [DONE]\n\n'

    _, outcome = read(reader(), [body])

    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.MODERATION


def test_a_redirect_is_refused_with_its_target_named() -> None:
    location = "https://login.example/sso?return=secret"

    _, outcome = read(reader(status=307, headers={"Location": location}), [b"moved"])

    assert outcome == Failed(kind=FailureKind.UPSTREAM, reason="HTTP 307 → login.example")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        (
            {
                "Retry-After": "Fri, 20 Nov 2026 10:00:30 GMT",
                "Date": "Fri, 20 Nov 2026 10:00:00 GMT",
            },
            30,
        ),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_hears_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    _, outcome = read(reader(status=429, headers=headers), [b""])

    assert isinstance(outcome, Failed)
    assert outcome.retry_after == seconds


def test_content_that_is_not_there_yet_is_pending() -> None:
    body = b'{"error":{"message":"Task is not completed yet, current status: IN_PROGRESS"}}'

    _, outcome = read(reader(status=400, kind="content"), [body])

    assert isinstance(outcome, Pending)
    assert outcome.kind is FailureKind.NOT_READY
