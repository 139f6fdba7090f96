"""Everything that can go wrong, as codes with parameters; the sentences live in `bot/text`.

ClapperError
├── Refusal              a request that is not taken on: private, nothing was charged
├── AlreadyTaken         the same interaction came twice: its job is under way already
├── JobFailure           a job that was taken on and ends without a video: its credits return
│   ├── RelayFailure     the relay failed, or what it answered is no video
│   ├── ImageRejected    only the bytes of a reference image show that it cannot be used
│   └── MediaFailure     the file behind the relay's link is not a video that can be had
├── StorageError         the database cannot answer
│   └── SchemaTooNew     it was written by a newer Clapper
├── CardLost             no route reaches the job's card any more
├── DiscordAway          Discord does not answer now; the same call may work later
├── Postponed            a job that cannot go on now: it is taken up again after a pause
├── SettingsError        the settings do not allow a start
└── SettingProblem       one setting that is missing or malformed
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

Param: TypeAlias = "str | int | float"


class ClapperError(Exception):
    """An error that people can be told about: `code` is a key of the text resources."""

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, Param] = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({details})"


class Refusal(ClapperError):
    """A request that is not taken on; shown privately, nothing was charged."""


class AlreadyTaken(ClapperError):
    """The same interaction came twice; its first coming has made the job and answers."""


class JobFailure(ClapperError):
    """A job that ends without a video; its holds are released and its card says why."""


class FailureKind(StrEnum):
    """Why a relay gave no video; the table of kinds is in `docs/relays.md`."""

    MODERATION = "moderation"
    INVALID_REQUEST = "invalid_request"
    AUTH = "auth"
    QUOTA = "quota"
    NOT_FOUND = "not_found"
    MODEL_UNAVAILABLE = "model_unavailable"
    RATE_LIMIT = "rate_limit"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    UPSTREAM = "upstream"
    GENERATION_FAILED = "generation_failed"
    NO_RESULT = "no_result"
    NOT_READY = "not_ready"

    @property
    def operator_must_act(self) -> bool:
        """Whether only the operator can mend it: key, balance, base URL or model name."""
        return self in _OPERATORS

    @property
    def retry_helps(self) -> bool:
        """Whether the same request may work later without a change by the member."""
        return self not in _OPERATORS and self not in (self.MODERATION, self.INVALID_REQUEST)


_OPERATORS = frozenset(
    {FailureKind.AUTH, FailureKind.QUOTA, FailureKind.NOT_FOUND, FailureKind.MODEL_UNAVAILABLE}
)


class RelayFailure(JobFailure):
    """The relay gave no video; `reason` is its own words, cleaned and at most 300 characters."""

    def __init__(self, kind: FailureKind, reason: str = "") -> None:
        super().__init__(f"failure-{kind.value.replace('_', '-')}", reason=reason)
        self.kind = kind
        self.reason = reason


class ImageRejected(JobFailure):
    """The bytes of a reference image cannot be used; codes start with `image-`."""


class MediaFailure(JobFailure):
    """The file behind the relay's link is no video that can be had; codes start with `media-`."""


class StorageError(ClapperError):
    """The database cannot answer: locked, full, unreachable or not writable."""

    @property
    def lasting(self) -> bool:
        """Whether it stays until somebody makes room or mends the disk."""
        return self.code in _LASTING


_LASTING = frozenset({"storage-full", "storage-io", "storage-readonly", "storage-corrupt"})


class SchemaTooNew(StorageError):
    """The database was written by a newer Clapper; nothing is changed and the start ends."""


class CardLost(ClapperError):
    """No route reaches the job's card any more (deleted, token dead, no permission)."""


class DiscordAway(ClapperError):
    """Discord does not answer now, or not sensibly; the same call may work later."""


class Postponed(ClapperError):
    """A job that cannot go on now: its credits stay held, and it is taken up again later."""


class SettingProblem(ClapperError):
    """One setting that is missing or malformed; parameters never hold its value."""


class SettingsError(ClapperError):
    """The settings do not allow a start: one problem, and so one sentence, per setting."""

    def __init__(self, problems: Sequence[SettingProblem]) -> None:
        super().__init__("settings-invalid", count=len(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)
