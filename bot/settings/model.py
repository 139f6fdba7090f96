"""Every setting with its default; `.env.example` and `clapper.example.toml` explain them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode

from bot.domain.ledger import Limits, Period
from bot.domain.models import Catalogue, VideoModel
from bot.settings import forms

DEFAULT_RELAY = "default"
"""The relay of RELAY_BASE_URL and RELAY_API_KEY, and of models that name none."""

_CREDENTIAL = re.compile(r"auth|key|token|secret|passw|cookie|credential|signature", re.IGNORECASE)
"""Names of headers that let in; other headers say who asks, in words that logs need."""
_OPAQUE = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[\w.~+/=\-]{20,}")
"""What nobody writes by hand is taken for a secret, whatever its header is called."""
MOST_SHARDS = 100
"""A quarter of a million servers; Discord gives limits of their own to bots beyond."""

_MEGABYTE = 1024**2
"""As Discord and its clients count."""

Count = Annotated[int, Field(ge=1, le=10_000)]
Seconds = Annotated[float, Field(gt=0, le=604_800, allow_inf_nan=False)]
Megabytes = Annotated[int, Field(ge=1, le=10_000)]
Port = Annotated[int, Field(ge=1, le=65_535)]
DiscordId = Annotated[int, BeforeValidator(forms.discord_id)]
RelayUrl = Annotated[str, BeforeValidator(forms.relay_address)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One relay: where it is and how the bot introduces itself."""

    base_url: RelayUrl
    """As the operator wrote it, with or without `/v1`; `bot.relay` knows what it means."""
    api_key: Annotated[SecretStr, BeforeValidator(forms.key)]
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request to this relay, and nowhere else."""
    concurrency: Count = 10
    """Streams that may be open at once."""

    @property
    def origin(self) -> str:
        """Where its own files may be fetched from, even when it is in a private network."""
        return forms.origin(self.base_url)

    @property
    def secrets(self) -> Iterator[str]:
        """The key, and what headers hold of the like, also without a scheme such as `Basic`."""
        yield self.api_key.get_secret_value()
        for name, value in self.headers.items():
            if _CREDENTIAL.search(name):
                yield value
                yield value.rpartition(" ")[2]
            elif _OPAQUE.fullmatch(value):
                yield value


class Settings(BaseModel):
    """The settings, made of what it is given alone; `load_settings` gathers the operator's."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    discord_token: Annotated[SecretStr, BeforeValidator(forms.token)] = SecretStr("")
    relay_base_url: RelayUrl = ""
    relay_api_key: Annotated[SecretStr, BeforeValidator(forms.key)] = SecretStr("")
    data_dir: Annotated[Path, BeforeValidator(forms.folder)] = Field(
        default_factory=lambda: user_data_path("clapper", appauthor=False)
    )
    database_url: Annotated[SecretStr, BeforeValidator(forms.database)] = SecretStr("")
    """Empty means a SQLite file in `data_dir`; `database` is what to ask."""

    default_model: Annotated[
        str, BeforeValidator(forms.bare), Field(min_length=1, max_length=100)
    ] = "sora-2"
    default_credits: Annotated[int | None, BeforeValidator(forms.credits)] = 3
    default_period: Annotated[Period, BeforeValidator(forms.lower)] = Period.DAY
    operator_credits_per_day: Annotated[int | None, BeforeValidator(forms.credits)] = None
    max_running: Count = 1
    max_waiting: Annotated[int, Field(ge=0, le=10_000)] = 3
    timezone: Annotated[str, BeforeValidator(forms.timezone)] = "UTC"
    allowed_servers: Annotated[frozenset[int], NoDecode, BeforeValidator(forms.discord_ids)] = (
        frozenset()
    )

    relay_job_seconds: Seconds = 3600
    relay_poll_seconds: Seconds = 5
    relay_silence_seconds: Seconds = 1500
    relay_concurrency: Count = 10
    media_keep_days: Annotated[float, Field(ge=0, le=3650)] = 7
    media_keep_gb: Annotated[float, Field(gt=0)] | None = None
    media_origins: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(forms.listed),
        AfterValidator(lambda parts: tuple(forms.origin(part) for part in parts)),
    ] = ()
    max_image_mb: Megabytes = 20
    max_video_mb: Megabytes = 500
    encode_seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 300
    """For making one video playable or small enough; 0 encodes nothing."""

    log_channel: DiscordId | None = None
    moderator_role: DiscordId | None = None
    refund_cancelled: bool = False
    discord_proxy: Annotated[SecretStr, BeforeValidator(forms.web_address)] = SecretStr("")
    """May hold a password."""
    grace_seconds: Annotated[float, Field(ge=0, le=3600)] = 60
    shard_count: Annotated[int, Field(ge=1, le=MOST_SHARDS)] = 1
    shard_ids: Annotated[tuple[int, ...], NoDecode, BeforeValidator(forms.shard_ids)] = ()
    """Empty means all; `shards` is what to ask."""

    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(forms.lower)
    ] = "info"
    log_format: Annotated[Literal["auto", "json", "console"], BeforeValidator(forms.lower)] = "auto"
    metrics_port: Port | None = None
    metrics_host: Annotated[str, BeforeValidator(forms.bare)] = "127.0.0.1"

    models: Annotated[tuple[VideoModel, ...], NoDecode] = ()
    """From `[[models]]`; `catalogue` is what to ask."""
    relay_tables: Annotated[Mapping[str, Relay], NoDecode] = Field(default_factory=dict)
    """From `[relays.NAME]`; `relays` is what to ask."""

    @property
    def limits(self) -> Limits:
        """What the quota rules need to know."""
        return Limits(
            default_credits=self.default_credits,
            default_period=self.default_period,
            operator_credits_per_day=self.operator_credits_per_day,
            max_running=self.max_running,
            max_waiting=self.max_waiting,
            timezone=self.timezone,
            allowed_servers=self.allowed_servers,
        )

    @property
    def catalogue(self) -> Catalogue:
        """The models on offer; without any, DEFAULT_MODEL at one credit a video."""
        named = VideoModel(id=self.default_model, label=self.default_model)
        return Catalogue(self.models or (named,), default=self.default_model)

    @property
    def relays(self) -> Mapping[str, Relay]:
        """By name; RELAY_BASE_URL and RELAY_API_KEY make `default`."""
        if not self.relay_base_url:
            return self.relay_tables
        given = Relay(
            base_url=self.relay_base_url,
            api_key=self.relay_api_key,
            concurrency=self.relay_concurrency,
        )
        return {**self.relay_tables, DEFAULT_RELAY: given}

    @property
    def database(self) -> str:
        """The database's URL; may hold a password."""
        given = self.database_url.get_secret_value()
        return given or f"sqlite:///{(self.data_dir / 'clapper.db').absolute().as_posix()}"

    @property
    def application(self) -> str:
        """The id of the bot's application, or what stands in its place in a doubtful token."""
        return forms.application(self.discord_token.get_secret_value())

    @property
    def shards(self) -> tuple[int, ...]:
        """The part of the bot's servers that this process serves."""
        return self.shard_ids or tuple(range(self.shard_count))

    @property
    def alone(self) -> bool:
        """Whether this process serves all of the bot's servers."""
        return len(self.shards) == self.shard_count

    @property
    def worker_name(self) -> str:
        """Whose work a job is: the same after a restart, and no other process's."""
        return f"{self.application}: shards {forms.ranges(self.shards)} of {self.shard_count}"

    @property
    def process_dir(self) -> Path:
        """For what is this process's alone, where several share `data_dir`."""
        if self.alone:
            return self.data_dir
        return self.data_dir / f"shards-{forms.ranges(self.shards)}-of-{self.shard_count}"

    @property
    def inputs_dir(self) -> Path:
        """Where reference images are kept."""
        return self.data_dir / "inputs"

    @property
    def videos_dir(self) -> Path:
        """Where videos are kept."""
        return self.data_dir / "videos"

    @property
    def max_image_bytes(self) -> int:
        """Largest reference image that is fetched."""
        return self.max_image_mb * _MEGABYTE

    @property
    def max_video_bytes(self) -> int:
        """Largest video that is fetched."""
        return self.max_video_mb * _MEGABYTE

    @property
    def media_keep(self) -> timedelta:
        """How long images and videos stay."""
        return timedelta(days=self.media_keep_days)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that no log may show."""
        texts = [self.discord_token.get_secret_value()]
        texts += [secret for relay in self.relays.values() for secret in relay.secrets]
        urls = (self.database, self.discord_proxy.get_secret_value())
        texts += [urlsplit(url).password or "" for url in urls]
        return tuple(dict.fromkeys(text for text in texts if text))
