"""The relay's own step in the requester's language, where the relay's words for it are known."""

import re
from collections.abc import Sequence

MAX_KNOWN = 120
"""Characters; what is longer is no step but a text in which the words mean something else."""

STEPS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (key, re.compile(words, re.IGNORECASE))
    for key, words in (
        ("step-retrying", "重试|\\bretr(?:y|ies|ying)\\b"),
        ("step-queued", "排队|队列|等待处理|\\bqueued?\\b|waiting for process|^pending$|NOT_START"),
        ("step-improving", "超分辨率|放大处理|优化|upscal|upsampl|optimi[sz]ing"),
        ("step-saving", "缓存|正在下载|\\bcach(?:e|ing)\\b|watermark-free|publish"),
        ("step-done", "生成完成|已生成$|生成成功|(?:generation|video) completed|video generated"),
        (
            "step-image",
            "上传|image upload|^uploading$|processing images|image_(?:upload|download|crop)",
        ),
        ("step-making", "生成中|正在生成|生成进度|进度|开始生成|生成已开始|\\bgenerating\\b"),
        ("step-making", "generation progress|starting video generation|IN_PROGRESS|^running$"),
        ("step-preparing", "任务已创建|任务已启动|成功创建|初始化|提交|task created"),
        ("step-preparing", "initiali[sz]ing|generation process begins|submitt(?:ed|ing)"),
    )
)
"""Keys with the words by which relays name that step; the first that is found counts."""


def step_key(note: str) -> str | None:
    """The text key of the step that a relay's note names; `None` when it says something else."""
    if len(note) > MAX_KNOWN:
        return None
    return next((key for key, words in STEPS if words.search(note)), None)
