"""`/videos` in Discord: its pages, one video of it, and what its buttons do."""

from bot.presenter.library.items import TEMPLATES, PageButton, VideoButton, library_view

__all__ = ["TEMPLATES", "PageButton", "VideoButton", "library_view"]
