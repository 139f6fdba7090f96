"""What the words around a link call it: a video, a page, a picture, or nothing at all."""

import re

from bot.relay.reading import addresses
from bot.relay.reading.links import Form, Link

_VIDEO = (
    r"video|视频|影片|播放|观看|下载|结果|成片|watch|download|play|result|output|file"
    r"|clip|movie|v[íi]d[ée]o|descarg|t[ée]l[ée]charg|baixar|scarica|herunterlad"
    r"|видео|скача|результат|ролик|動画|映像|ダウンロード|結果|再生|영상|동영상|비디오|다운로드|결과"
    r"|視頻|下載|觀看"
)
_CALLED = re.compile(_VIDEO, re.IGNORECASE)
"""Words for a video, or for what one does with a video alone."""
_OFFERED = re.compile(
    rf"{_VIDEO}|点击|點擊|view|here|open|anseh|vedi|voir|ver\b|смотр|보기", re.IGNORECASE
)
"""These, and those by which any link is offered."""
_PAGE = re.compile(
    r"帮助|文档|教程|官网|网站|登录|充值|价格|客服|加群|历史|更多|help|docs?\b|guide|support|website"
    r"|home ?page|log ?in|sign ?(?:up|in\b)|pricing|billing|top.?up|discord|telegram"
    r"|history|terms|policy"
    r"|ayuda|ajuda|\baide\b|hilfe|aiuto|помощ|поддержк|сайт|ヘルプ|サポート|公式|도움말|고객|홈페이지"
    r"|feedback|survey|\brat(?:e (?:this|us|our|it|your)\b|ing\b)|receipt|invoice"
    r"|\brefer(?:ral)?s?\b|\bupgrade\b|\bapps?\b|\binvit|\bappeal|反馈|评价|收据|账单|推荐|邀请|升级(?!版)|申诉",
    re.IGNORECASE,
)
_COVER = re.compile(
    r"cover|poster|thumb|\bimage|picture|snapshot|first frame|封面|缩略图|首帧|图片|海报"
    r"|miniatur|vignette|portada|imagen|affiche|vorschaubild|standbild|обложк|картинк|превью"
    r"|サムネ|カバー|画像|썸네일|표지|이미지",
    re.IGNORECASE,
)
"""Labels of pictures: their addresses look like any other when they name no file."""
_LESSON = re.compile(
    r"tutorial|\bexamples?\b|\bsamples?\b|\bdemos?\b|\bhow.?to\b|\bhow (?:it|this)\b"
    r"|教程|示例|样例|演示|案例|anleitung|ejemplo|exemple|exemplo|esempio|пример|инструкц|サンプル|使い方|예시|튜토리얼",
    re.IGNORECASE,
)
"""Words for films that show how something is done, or what others made."""
_READY = re.compile(r"done|ready|finish|complete|success|完成|成功|已生成", re.IGNORECASE)
_INTRODUCED = re.compile(r"[:：=|→»][\s<(（【\[\"'`*]*$")
_CLAUSE = re.compile(r"[.!?]\s|[。！？；;|·]")


def is_offered(words: str) -> bool:
    """Whether `words` offer something to look at."""
    return _OFFERED.search(words) is not None


def is_introduced(link: Link) -> bool:
    """Whether the words in front of a link lead to it."""
    return _INTRODUCED.search(link.before) is not None


def is_called_video(link: Link) -> bool:
    """Whether a link's own words say that a video is behind it, or those that lead to a "here"."""
    return _names_video(_own_words(link))


def is_lesson(link: Link) -> bool:
    """Whether a link's own words or its path call it a film for all who ask."""
    return bool(_LESSON.search(_own_words(link))) or is_other(link) or addresses.is_lesson(link.url)


def is_ready(link: Link) -> bool:
    """Whether the words around a link say that the work is over."""
    return _READY.search(f"{link.before} {link.label}") is not None


def is_other(link: Link) -> bool:
    """Whether its words call a link a page or a picture."""
    named = _PAGE.search(link.label) or _COVER.search(link.label)
    pictured = _COVER.search(link.before) and not is_offered(link.label)
    return bool(named or pictured) and not _names_video(link.label)


def _own_words(link: Link) -> str:
    here = link.form is Form.MARKDOWN and is_offered(link.label) and not _CALLED.search(link.label)
    return link.before if here else link.label


def _names_video(words: str) -> bool:
    """Whether the last clause calls what follows a video, and nothing else besides."""
    clause = _CLAUSE.split(words)[-1]
    other = _PAGE.search(clause) or _COVER.search(clause) or _LESSON.search(clause)
    return _CALLED.search(clause) is not None and not other
