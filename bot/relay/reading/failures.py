"""What kind of failure a relay's status, codes and words amount to: pure rules, first match wins."""

import re
from collections.abc import Sequence

from bot.domain.errors import FailureKind as Kind


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_MODERATION = _any(
    r"moderat|sentinel_block|content[_ ]?(?:filter|polic)|polic(?:y|ies)[_ ]violat|violat\w*[^.]{0,30}polic"
    r"|violates?\b|violations?\b|guard ?rails?|unsafe|nsfw|sensitive[_ ](?:word|content)|prohibited|inappropriate"
    r"|safety[_ ](?:filter|system|check|polic|block|reason)|high[_ ]risk|usage polic|likeness|real (?:people|persons?)"
    r"|third.party content|copyright|合规|违规|违反|敏感|审核|涉黄|涉政|色情|暴力|安全策略|安全审查|真人|侵权|不当内容"
)
_QUOTA = _any(
    r"(?:insufficient|not enough|no|low|exceed\w*|out of)[\w ]{0,24}(?:quota|balance|credits?|funds?|points?)\b"
    r"|(?:quota|balance|credits?)[_ ](?:is[_ ])?(?:not[_ ]enough|insufficient|exhausted|exceeded|used up)"
    r"|insufficient_(?:user_)?quota|payment required|billing|arrears|额度|余额|欠费|积分不足|点数不足|充值"
)
_MODEL = _any(
    r"model_not_found|no available channel|无可用渠道|(?:invalid|unknown|unsupported|no such)[_ ]model"
    r"|model[^.。]{0,60}(?:not (?:exist|found|supported|available)|does ?n.t exist|does not exist|unavailable"
    r"|deprecated|retired|shut ?down|discontinued|decommissioned)|模型[^。]{0,40}(?:不存在|不支持|下线|下架|停用|不可用|未找到|维护)"
    r"|不支持的?模型|未知的?模型|没有[^。]{0,12}模型"
)
_TIMEOUT = _any(
    r"time[d_ -]{0,3}out|超时|deadline exceeded|took too long|exceeded \d+ ?(?:s\b|sec|min)|gateway time"
)
_AUTH = _any(
    r"(?:invalid|incorrect|expired|missing|wrong|revoked)[\w ]{0,20}(?:api[_ -]?key|token|credential|secret)"
    r"|(?:api[_ -]?key|token|credential)s?[\w ]{0,16}(?:invalid|expired|missing|incorrect|revoked|required)"
    r"|unauthori[sz]ed|not authenticated|authentication|not logged in|无效的?令牌|令牌|token\s*(?:已)?(?:失效|过期|无效)"
    r"|密钥|未登录|未授权|鉴权|无权|封禁|banned|account (?:disabled|suspended)|permission denied|access denied"
)
_RATE = _any(
    r"rate.?limit|too many (?:requests|tasks|jobs)|requests per|请求数限制|请求过于频繁|频率|频繁|次数已达上限|达到上限"
    r"|concurren\w+[\w ]{0,20}(?:limit|exceed)|并发"
)
_BUSY = _any(
    r"heavy[_ ]load|overload|负载|饱和|繁忙|server is busy|\bbusy\b|at capacity|no capacity|high demand"
    r"|temporarily unavailable|service unavailable|没有可用的?token|no available (?:token|account)"
)
_MISSING = _any(
    r"invalid url|no such route|route not found|page not found|unknown endpoint|cannot (?:post|get) /"
)
_INVALID = _any(
    r"invalid[_ ](?:request|param|argument|value|input|image|prompt|size)|validation|is required|field required"
    r"|(?:cannot|can't|must not|should not) be empty|must be\b|unsupported|not supported|too (?:long|large|short|small)"
    r"|unable to process request|bad request|请上传|请提供|缺少|不能为空|参数|格式|不支持|过大|过长"
    r"|requires? (?:an? |at least )?(?:one |input |reference |start )?image|upload an? image"
)
_GENERATION = _any(
    r"generation_(?:failed|error)|generation failed|生成失败|制作失败|任务失败|failed to generate|视频url为空"
)
_UPSTREAM = _any(r"upstream|bad_response|connection|server_error|internal|处理错误|上游")
_NOT_READY = _any(
    r"not (?:yet )?(?:been )?(?:complete|ready|finish|available yet|done)|still (?:processing|running|in progress)"
    r"|in[_ ]progress|未完成|处理中|生成中|尚未"
)
_OUTER = re.compile(r"\s*(?:HTTP |Error |status(?: code)? )?([45]\d\d)\b[\s:：\-]", re.IGNORECASE)

_BY_WORDS: Sequence[tuple[Kind, re.Pattern[str]]] = (
    (Kind.MODERATION, _MODERATION),
    (Kind.QUOTA, _QUOTA),
    (Kind.MODEL_UNAVAILABLE, _MODEL),
)
_BY_MORE_WORDS: Sequence[tuple[Kind, re.Pattern[str]]] = (
    (Kind.TIMEOUT, _TIMEOUT),
    (Kind.AUTH, _AUTH),
    (Kind.RATE_LIMIT, _RATE),
    (Kind.OVERLOADED, _BUSY),
    (Kind.NOT_FOUND, _MISSING),
    (Kind.INVALID_REQUEST, _INVALID),
)


def kind_of_error(status: int, words: str, *, default: Kind = Kind.UPSTREAM) -> Kind:
    """The kind of an error that a relay reported as one.

    `status` is the HTTP status, or the one that the error itself names; 0 and 200 say nothing.
    `words` is everything that the error says: message, code and type in one text.
    """
    if (match := _OUTER.match(words)) and status in (0, 200, 500):
        status = int(match[1])
    if kind := _first(_BY_WORDS, words) or _by_status(status):
        return kind
    if kind := _first(_BY_MORE_WORDS[:-1], words):
        return kind
    if status in (400, 409, 413, 415, 422):
        return Kind.INVALID_REQUEST
    if _GENERATION.search(words):
        return Kind.GENERATION_FAILED
    if status < 500 and _INVALID.search(words):
        return Kind.INVALID_REQUEST
    return Kind.UPSTREAM if status >= 400 or _UPSTREAM.search(words) else default


def kind_of_words(words: str, *, default: Kind = Kind.GENERATION_FAILED) -> Kind:
    """The kind of a failure that a relay only wrote as assistant text.

    Numbers in it are those of providers behind the relay, so statuses say nothing here.
    """
    kind = _first((*_BY_WORDS, *_BY_MORE_WORDS), words)
    if kind in (None, Kind.AUTH, Kind.NOT_FOUND):  # the relay's own trouble with its provider
        return default
    return kind


def is_not_ready(words: str) -> bool:
    """Whether a refused download only says that the task goes on."""
    return _NOT_READY.search(words) is not None


def _first(rules: Sequence[tuple[Kind, re.Pattern[str]]], words: str) -> Kind | None:
    return next((kind for kind, pattern in rules if pattern.search(words)), None)


def _by_status(status: int) -> Kind | None:
    match status:
        case 401 | 403:
            return Kind.AUTH
        case 402:
            return Kind.QUOTA
        case 404 | 405:
            return Kind.NOT_FOUND
        case 408 | 504 | 522 | 524:
            return Kind.TIMEOUT
        case 429:
            return Kind.RATE_LIMIT
        case 529:
            return Kind.OVERLOADED
        case _:
            return None
