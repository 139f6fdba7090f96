"""What kind of failure a relay's status, codes and words mean: pure rules, the first one wins."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from bot.domain.errors import FailureKind as Kind


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


_MODERATION = _any(
    r"moderat|sentinel_block|content[_ ]?(?:filter|polic)|polic(?:y|ies)[_ ]violat",
    r"violat\w*[^.]{0,30}polic|violates?\b|violations?\b|guard ?rails?|unsafe|nsfw",
    r"(?<!case[\-_ ])sensitive\b|sensitive_|risk.control|prohibited|inappropriate",
    r"usage polic|high[_ ]risk",
    r"(?<![a-z])safety(?![a-z])|likeness|\bminors\b|\ba minor (?:in|was|is)\b",
    r"(?:real|prominent)[_ ](?:people|persons?)",
    r"third.party content|copyright|合规|违规|违反|敏感|审核|涉黄|涉政|色情|暴力|安全策略|安全审查",
    r"真人|侵权|不当内容|public figure|celebrit|underage",
    r"infring|inapropiad|inapropriad|inappropri[ée]|pol[íi]ticas? de (?:uso|conte)",
    r"politique d.util",
    r"r[èe]gles d.util|unzulässig|verst(?:o|ö)(?:ß|ss)|nutzungsrichtlin|наруша|недопустим|запрещ",
    r"правил\w* (?:использ|безопас|сервис)",
    r"規約|不適切|違反|ポリシー|부적절|정책|위반|違規|敏感內容",
)
_QUOTA = _any(
    r"(?:insufficient|not enough|no|low|exceed\w*|out of)[\w ]{0,24}"
    r"(?:quota|balance|credit|fund)s?\b",
    r"(?:quota|balance|credits?)[_ ](?:is[_ ])?(?:not[_ ]enough|insufficient|exhausted|exceeded)",
    r"insufficient_(?:user_)?quota|payment required|billing|arrears",
    r"额度|余额|欠费|积分不足|点数不足|充值|餘額|額度|點數不足|儲值|加值|top.?up",
    r"sa(?:ldo|lde) ?\w{0,8} ?insuf|solde|saldo",
    r"(?:cr[ée]dit\w*|fon[dt]\w*) (?:insuf|agot|esgot|[ée]puis)",
    r"guthaben|недостаточно (?:средств|кредит)|баланс|пополн|残高|クレジット.{0,6}(?:不足|足り)",
    r"잔액|크레딧.{0,6}(?:부족|소진)|충전",
)
_MODEL = _any(
    r"model_not_found|no available channel|(?:invalid|unknown|unsupported|no such)[_ ]model",
    r"model[^.。]{0,60}(?:not (?:exist|found|supported|available)|does ?n.t exist|does not exist)",
    r"model[^.。]{0,60}(?:unavailable|deprecated|retired|shut ?down|discontinued|decommissioned)",
    r"mod[eè]l\w{0,2}[^.]{0,40}(?:no existe|não existe|n.existe pas|nicht (?:verfügbar|gefunden))",
    r"модел\w+[^.]{0,40}(?:не найден|недоступн|не существ)",
    r"モデル[^。]{0,30}(?:存在しません|利用でき)|모델[^.]{0,30}(?:찾을 수 없|사용할 수 없)",
    r"模型[^。]{0,40}(?:不存在|不支持|下线|下架|停用|不可用|未找到|维护)|(?:不支持的?|未知的?)模型",
    r"没有[^。]{0,12}模型|无可用渠道",
)
_TIMEOUT = _any(
    r"time[d_ -]{0,3}out|超时|deadline exceeded|took too long|gateway time",
    r"exceeded \d+ ?(?:s\b|sec|min)",
    r"tiempo de espera|tempo (?:limite|esgotado|de espera|scaduto)",
    r"d[ée]lai (?:d[ée]pass|d.attente)",
    r"zeitüberschreitung|врем\w+ ожидани|タイムアウト|時間切れ|시간.{0,4}초과|逾時",
)
_AUTH = _any(
    r"(?:invalid|incorrect|expired|missing|wrong|revoked)[\w ]{0,20}(?:api[_ -]?key|token|credent)",
    r"(?:api[_ -]?key|token|credential)s?[\w ]{0,16}(?:invalid|expired|missing|incorrect|revoked)",
    r"unauthori[sz]ed|not authenticated|authentication|not logged in|(?:permission|access) denied",
    r"banned|account (?:disabled|suspended)|令牌|token\s*(?:已)?(?:失效|过期|无效)",
    r"密钥|未登录|未授权|鉴权|无权|封禁",
    r"(?:cl[ée]|clave|chave|chiave)(?: d?e? ?l?.?api)[^.]{0,20}(?:inv|incorr|non val)",
    r"api-schlüssel|api.?ключ|ключ api|apiキー|api ?키|金鑰",
)
_RATE = _any(
    r"rate.?limit|too many (?:requests|tasks|jobs)|requests per",
    r"concurren\w+[\w ]{0,20}(?:limit|exceed)|并发",
    r"请求数限制|请求过于频繁|频率|频繁|次数已达上限|达到上限|頻繁|上限に達",
    r"trop de requ|demasiadas (?:solicitud|petic)|(?:muitas|excesso de) (?:solicita|requis)",
    r"zu viele (?:anfragen|aufträge)|слишком много запрос|リクエスト(?:が|数)|요청이 너무",
)
_BUSY = _any(
    r"heavy[_ ]load|overload|server is busy|\bbusy\b|at capacity|no capacity|high demand",
    r"temporarily unavailable|service unavailable|no available (?:token|account)",
    r"负载|饱和|繁忙|没有可用的?token|負載|混雑|混み合|過負荷|과부하|혼잡",
    r"sobrecarg|sobrecarreg|surcharg|saturad|satur[ée]|überlastet|ausgelastet|перегруж",
)
_MISSING = _any(
    r"invalid url|no such route|(?:route|page) not found|unknown endpoint|cannot (?:post|get) /"
)
_INVALID = _any(
    r"invalid[_ ](?:request|param|argument|value|input|image|prompt|size)|validation|bad request",
    r"is required|field required|(?:cannot|can't|must not|should not) be empty|must be\b",
    r"unsupported|not supported|too (?:long|large|short|small)|unable to process request",
    r"requires? (?:an? |at least )?(?:one |input |reference |start )?image|upload an? image",
    r"请上传|请提供|缺少|不能为空|参数|格式|不支持|过大|过长",
)
_GENERATION = _any(
    r"generation_(?:failed|error)|generation failed|failed to generate",
    r"生成失败|制作失败|任务失败|视频url为空",
)
_UPSTREAM = _any(r"upstream|bad_response|connection|server_error|internal|处理错误|上游")
_NOT_READY = _any(
    r"not (?:yet )?(?:been )?(?:complete|ready|finish|available yet|done)|in[_ ]progress",
    r"still (?:processing|running|in progress)|未完成|处理中|生成中|尚未",
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
)
_LAST_WORDS: Sequence[tuple[Kind, re.Pattern[str]]] = (
    (Kind.GENERATION_FAILED, _GENERATION),
    (Kind.INVALID_REQUEST, _INVALID),
    (Kind.UPSTREAM, _UPSTREAM),
)
_BY_STATUS: Mapping[int, Kind] = {
    401: Kind.AUTH,
    402: Kind.QUOTA,
    403: Kind.AUTH,
    404: Kind.NOT_FOUND,
    405: Kind.NOT_FOUND,
    408: Kind.TIMEOUT,
    429: Kind.RATE_LIMIT,
    504: Kind.TIMEOUT,
    522: Kind.TIMEOUT,
    524: Kind.TIMEOUT,
    529: Kind.OVERLOADED,
}
_MISTAKES = frozenset({400, 409, 413, 415, 422})
"""Statuses that say no more than that the request is wrong: words are asked before them."""


def kind_of_error(status: int, words: str, *, default: Kind = Kind.UPSTREAM) -> Kind:
    """The kind of an error that a relay reported as one.

    `status` is the HTTP status, or the one that the error itself names; 0 and 200 say nothing.
    `words` is everything that the error says: message, code and type in one text.
    """
    if (match := _OUTER.match(words)) and status in (
        0,
        HTTPStatus.OK,
        HTTPStatus.INTERNAL_SERVER_ERROR,
    ):
        status = int(match[1])  # a client's mistake that a relay wrapped into its own trouble
    return (
        _first(_BY_WORDS, words)
        or _BY_STATUS.get(status)
        or _first(_BY_MORE_WORDS, words)
        or (Kind.INVALID_REQUEST if status in _MISTAKES else None)
        or _first(
            _LAST_WORDS if status < HTTPStatus.INTERNAL_SERVER_ERROR else _LAST_WORDS[:1], words
        )
        or (Kind.UPSTREAM if status >= HTTPStatus.BAD_REQUEST else default)
    )


def kind_of_words(words: str, *, default: Kind = Kind.GENERATION_FAILED) -> Kind:
    """The kind of a failure that a relay only wrote as assistant text.

    Numbers in it are those of providers behind the relay, so statuses say nothing here.
    """
    kind = _first((*_BY_WORDS, *_BY_MORE_WORDS, _LAST_WORDS[1]), words)
    if kind in (None, Kind.AUTH, Kind.NOT_FOUND):  # the relay's own trouble with its provider
        return default
    return kind


def kind_of_excuse(words: str, *, default: Kind) -> Kind:
    """The kind of an end without a video of which no word says that it failed.

    Only what a relay's refusal would say and a talkative text model would not.
    """
    return _first((*_BY_WORDS[:2], *_BY_MORE_WORDS[2:4]), words) or default


def is_not_ready(words: str) -> bool:
    """Whether a refused download only says that the task goes on."""
    return _NOT_READY.search(words) is not None


def _first(rules: Sequence[tuple[Kind, re.Pattern[str]]], words: str) -> Kind | None:
    return next((kind for kind, pattern in rules if pattern.search(words)), None)
