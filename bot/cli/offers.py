"""What a relay lists beside what the catalogue will ask it for: one finding for each model."""

from collections.abc import Collection, Iterable, Iterator

from bot.cli.findings import Finding, ok, warning
from bot.domain.errors import Param
from bot.domain.models import VideoModel

_MAX_NAMES = 4
"""Names that one line shows; a template may stand for dozens."""


def look_at_models(
    models: Iterable[VideoModel], relay: str, offered: Collection[str]
) -> Iterator[Finding]:
    """Whether the relay lists every name that the models may be asked for by."""
    for model in models:
        names = model.names()
        missing = [name for name in names if name not in offered]
        params: dict[str, Param] = {"model": model.label, "relay": relay, "count": len(names)}
        if missing:
            listed = len(names) - len(missing)
            shown = shortened(missing)
            yield warning("model", "check-model-missing", **params, listed=listed, names=shown)
        else:
            yield ok("model", "check-model", **params, name=names[0])


def shortened(names: Collection[str]) -> str:
    """The first of many names, and how many more there are."""
    shown = ", ".join(list(names)[:_MAX_NAMES])
    return f"{shown}, … (+{len(names) - _MAX_NAMES})" if len(names) > _MAX_NAMES else shown
