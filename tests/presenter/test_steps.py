"""The relay's own words for its steps."""

import pytest

from bot.presenter.steps import step_key


@pytest.mark.parametrize(
    ("note", "key"),
    [
        ("> 排队中", "step-queued"),
        ("> ⌛️ 任务正在队列中，请耐心等待...", "step-queued"),
        ("> 生成中", "step-making"),
        (">🏃 进度 36..", "step-making"),
        ("**Video Generation Progress**: 35% (running)", "step-making"),
        ("生成进度: 38%", "step-making"),
        ("正在生成视频中，当前进度35%", "step-making"),
        ("🎬 Starting video generation", "step-making"),
        ("**Generation Process Begins**", "step-preparing"),
        ("初始化生成环境...", "step-preparing"),
        ("提交视频生成任务...", "step-preparing"),
        ("🖼️ Processing images (download/crop/upload)", "step-image"),
        ("上传首帧图片...", "step-image"),
        ("🔄 正在优化视频质量", "step-improving"),
        ("正在对视频进行超分辨率", "step-improving"),
        ("视频生成完成，开始 4K 放大处理...（可能需要 30 分钟）", "step-improving"),
        ("视频生成完成，正在下载视频文件...", "step-saving"),
        ("Now caching watermark-free video...", "step-saving"),
        ("> 生成完成 ✅", "step-done"),
        ("🎉 高质量视频已生成", "step-done"),
        ("**生成失败，正在重试**", "step-retrying"),
        ("IN_PROGRESS", "step-making"),
        ("Rendering on node 7", None),
        ("", None),
        ("a film about people who are queued " * 9, None),
    ],
)
def test_names_the_steps_that_relays_write(note: str, key: str | None) -> None:
    assert step_key(note) == key
