"""Whether the end of an assistant text says that the video failed: a pure function of the text."""

import re
from dataclasses import dataclass

from bot.domain.errors import FailureKind
from bot.relay.reading.choice import spoken
from bot.relay.reading.failures import kind_of_excuse, kind_of_words
from bot.relay.reading.markup import STEP_END, TAG, cut, plain, without_links
from bot.relay.reading.notes import Notes, state
from bot.relay.reading.reasons import MAX_REASON, reason_of

_TAIL = 6000
"""Characters at the end of a text in which a failure counts."""
_MAX_BEHIND = 10
"""Lines of advice that may follow a failure."""
_MAX_EXCUSE = 3
"""Lines."""
_MAX_LINE = 400
_FENCED = re.compile(r"^[ \t>]*```.*?(?:^[ \t>]*```|\Z)", re.DOTALL | re.MULTILINE)
_FAILURE = re.compile(
    r"[❌⚠🚫⛔]|失败|错误|出错|异常|超时|违规|不合规|拒绝|未通过|次数已达上限|不足|请上传|请提供"
    r"|\berrors?\b|\bfail(?:ed|ure|s)?\b|\btime[d\- ]{0,2}out\b|\bviolat\w+|\brejected\b"
    r"|\bblocked\b|\brefused\b|\bmoderat(?:ed|ion)\b|guard ?rails?|\binsufficient\b"
    r"|\bcancell?ed\b|\baborted\b"
    r"|\bunable to (?:generate|create|process|make|render)|\btoo many requests\b|\brate.?limit"
    r"|\bcould ?n[o']t (?:be )?(?:generat|creat|process|mak|made|render|complet|finish)"
    r"|\bexceeded\b|heavy load|overload|\bdeclined\b|something went wrong"
    r"|\berreurs?\b|[ée]chec|[ée]chou|\bfall(?:o|ó|ido|ida)\b|\bfalh(?:a|ou)\b"
    r"|no se pud|não foi poss"
    r"|impossible de|n.a pas pu|\berrore\b|impossibile|fehler|fehlgeschlagen|konnte nicht"
    r"|ошибк|не удал|失敗|エラー|できませんでした|실패|오류|錯誤|逾時|違規",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"正在重试|重试中|第\s*\d+\s*次重试|自动重试|\bretrying\b|\bretry(?:ing)? (?:\d|attempt|in)"
    r"|正在重試|nouvel(?:le)? (?:essai|tentative)|reintentando|tentando novamente|erneuter? versuch"
    r"|повторяем|повторная попытка|再試行(?:中|しています)|재시도 ?중",
    re.IGNORECASE,
)
_PASSED = re.compile(
    r"(?:审核|检查|检测|审查)(?:已经?)?通过"
    r"|\b(?:moderation|safety|check|review)s? (?:has |have |was )?passed\b",
    re.IGNORECASE,
)
"""Of a check that is named by the words for its failure."""
_CAVEAT = re.compile(r"⚠|(?:\bif\b|\bin case\b|如遇|如果|若有)[^.。!！\n]{0,400}", re.IGNORECASE)
"""What is said of a video that is there: how long its link lives, what to do if it fails."""
_MOVING = re.compile(
    r"\d\s?[%％]|排队中|生成中|处理中|正在生成|开始生成|生成完成|成功"
    r"|\b(?:queued|generating|processing|running|rendering)\b"
    r"|\bcomplete[d]?\b(?!.*fail)|\bsuccess",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A failure that was written as text."""

    kind: FailureKind
    reason: str


def complaint(
    text: str, *, prompt: str = "", default: FailureKind = FailureKind.GENERATION_FAILED
) -> Complaint | None:
    """The failure with which `text` ends, if it ends with one.

    Words for failure count at the end only: a line about a retry, or one after which the work goes
    on, is none. Links are looked for before this is asked.
    """
    lines = _lines(text, prompt)
    for behind, line in enumerate(reversed(lines)):
        if _FAILURE.search(line) and not (_AGAIN.search(line) or _PASSED.search(line)):
            kind = kind_of_words(" ".join(lines[len(lines) - 1 - behind :][:3]), default=default)
            return Complaint(kind=kind, reason=reason_of(line))
        if behind >= _MAX_BEHIND or _MOVING.search(line) or _AGAIN.search(line):
            return None
    return None


def gave_up(text: str, *, prompt: str = "") -> bool:
    """Whether `text` ends with a failure, so that a link behind it can only be advice."""
    return complaint(_CAVEAT.sub(" ", text[-_TAIL:]), prompt=prompt) is not None


def excuse(text: str, *, prompt: str = "") -> FailureKind:
    """What the last lines of a text without a video give as the cause, if they give one."""
    last = " ".join(_lines(text, prompt)[-_MAX_EXCUSE:])
    return kind_of_excuse(last, default=FailureKind.NO_RESULT)


def parting_words(text: str, notes: Notes) -> str:
    """What a text without a video says besides its steps, such as a text model's excuse."""
    lines = _FENCED.sub(" ", spoken(text)[:_TAIL]).splitlines()
    told = (note for line in lines if (note := notes.note(line)) and state(note) is None)
    return cut(" ".join(told), MAX_REASON)


def _lines(text: str, prompt: str) -> list[str]:
    # The tail first: fences are only looked for where they matter.
    told = without_links(TAG.sub(" ", _FENCED.sub(" ", spoken(text)[-_TAIL:])))
    if prompt:
        told = told.replace(prompt, " ")
    lines = (line.strip()[:_MAX_LINE] for line in STEP_END.sub("\n", told).splitlines())
    return [line for line in lines if plain(line)]
