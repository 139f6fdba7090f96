"""Secrets in files of their own, as Docker and Kubernetes hand them over."""

from collections.abc import Collection
from pathlib import Path

from bot.domain.errors import SettingProblem, SettingsError

SECRETS_NAME = "CLAPPER_SECRETS"
"""The variable that names their folder."""
FOLDER = Path("/run/secrets")
"""Where Docker puts them."""
_MOST = 16_384
"""Bytes; no token or key is nearly so long."""


def read_secrets(folder: Path, wanted: Collection[str]) -> dict[str, str]:
    """What stands in the files that are named like one of `wanted`, by these names.

    Raises:
        SettingsError: one of them is no text, or too long for a secret; or none may be read.
    """
    known = {name.upper() for name in wanted}
    try:
        listed = sorted(folder.iterdir()) if folder.is_dir() else []
        found = [path for path in listed if path.name.upper() in known and path.is_file()]
    except OSError as error:
        raise SettingsError([SettingProblem("setting-file", name=str(folder))]) from error
    return {path.name.upper(): _secret(path) for path in found}


def _secret(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST + 1)
        if len(content) <= _MOST:
            return content.decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([SettingProblem("setting-file", name=str(path))]) from error
    raise SettingsError([SettingProblem("setting-file", name=str(path))])
