"""The catalogue: which models an operator offers, at what price, and how each is spoken to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.continuation import Continuation, Earlier
from bot.domain.errors import Refusal
from bot.domain.requests import VideoRequest
from bot.domain.templates import Word, filled, orientation


class ImageTransport(StrEnum):
    """How a reference image travels to the relay."""

    DATA = "data"
    """As a data URL in an `image_url` part."""
    URL = "url"
    """As the https URL of the card's own copy in an `image_url` part."""
    PROMPT = "prompt"
    """As that URL at the start of the text."""
    NONE = "none"
    """The model takes no image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoModel:
    """One entry of the catalogue; `clapper.example.toml` explains every field."""

    id: str
    """What members choose and, unless `name` says otherwise, what the relay is sent."""
    label: str
    """What people read."""
    relay: str = "default"
    name: str = ""
    """The relay's model name: a template with the places that `words_for` fills."""
    image_name: str = ""
    """The name while an image is sent, where relays have one model for each; empty: `name`."""
    credits: int = 1
    """The flat price of a video."""
    credits_per_second: int = 0
    """Added for each second asked for."""
    seconds: tuple[int, ...] = ()
    """Allowed lengths; the first is the default; empty: the relay decides."""
    ratios: tuple[str, ...] = ()
    """Allowed width:height; the first is the default; empty: the relay decides."""
    sizes: Mapping[str, str] = field(default_factory=dict)
    """`{size}` for each ratio, such as `1280x720`."""
    words: Mapping[str, Mapping[str, Word]] = field(default_factory=dict)
    """Places of its own: for each name a word per ratio, or per number of seconds."""
    images: int = 1
    """How many reference images it takes."""
    last_frame: bool = False
    """Of two images the second is the last frame."""
    image_required: bool = False
    image_transport: ImageTransport = ImageTransport.DATA
    prompt_template: str = "{prompt}"
    """For models that read ratio and seconds from words: a template around `{prompt}`."""
    continuation: Continuation = Continuation.NONE
    continuation_name: str = ""
    """The relay's name while it continues a video; empty: as always."""
    continuation_field: str = "remix_target_id"
    """The field of the body that holds the remix id when `continuation` is `field`."""
    stream: bool = True
    """`"stream": true` is sent; otherwise the field is left out."""
    route: str = ""
    """Where below the base URL it is asked for instead of by chat; `body` says all then."""
    body: Mapping[str, object] = field(default_factory=dict)
    """Extra fields of the request body; texts in it are templates."""

    def price(self, seconds: int | None) -> int:
        """Credits for a video of `seconds`, or of the default length."""
        length = seconds or (self.seconds[0] if self.seconds else 0)
        return self.credits + self.credits_per_second * length

    def completed(self, request: VideoRequest) -> VideoRequest:
        """The request with this model's defaults in place of what the member left open.

        Fixed when admitted: the card says what was held for, and `Again` asks for the same.
        """
        return replace(
            request,
            ratio=request.ratio or next(iter(self.ratios), None),
            seconds=request.seconds or next(iter(self.seconds), None),
        )

    def words_for(self, *, ratio: str | None, seconds: int | None) -> dict[str, Word]:
        """What fills a template's places: only those that these choices, or the defaults, give."""
        ratio = ratio or next(iter(self.ratios), None)
        seconds = seconds or next(iter(self.seconds), None)
        known: dict[str, Word | None] = {
            "ratio": ratio,
            "orientation": orientation(ratio or "") or None,
            "seconds": seconds,
            "size": self.sizes.get(ratio or ""),
        }
        for name, table in self.words.items():
            known[name] = table.get(ratio or "", table.get(str(seconds)))
        return {name: word for name, word in known.items() if word is not None}

    def name_for(self, *, images: bool, continues: bool) -> str:
        """The template of the relay's name for a request of this kind."""
        return (
            (self.continuation_name if continues else "")
            or (self.image_name if images else "")
            or self.name
            or self.id
        )

    def names(self) -> tuple[str, ...]:
        """Every name that the relay may be asked for, so that its own list can be compared."""
        chosen = [
            self.words_for(ratio=ratio, seconds=seconds)
            for ratio in self.ratios or (None,)
            for seconds in self.seconds or (None,)
        ]
        found = (filled(template, words) for template in self._templates() for words in chosen)
        return tuple(dict.fromkeys(found))

    def _templates(self) -> Iterator[str]:
        takes_images = bool(self.images) and self.image_transport is not ImageTransport.NONE
        if not (takes_images and self.image_required):
            yield self.name_for(images=False, continues=False)
        if takes_images:
            yield self.name_for(images=True, continues=False)
        if self.continuation is not Continuation.NONE:
            yield self.name_for(images=False, continues=True)

    def can_continue(self, earlier: Earlier) -> bool:
        """Whether it can go on from that video: it knows a way, and what the way needs is there."""
        return earlier.serves(self.continuation)

    def check(
        self, *, ratio: str | None, seconds: int | None, images: int, continues: bool = False
    ) -> None:
        """Refuse what this model cannot do; a continued video takes the place of an image.

        Raises:
            Refusal: `refusal-ratio`, `refusal-seconds`, `refusal-no-image`, `refusal-images`,
                `refusal-image-required`, `refusal-continuation`.
        """
        self._check_options(ratio, seconds)
        self._check_images(images, required=self.image_required and not continues)
        if continues and self.continuation is Continuation.NONE:
            raise Refusal("refusal-continuation", model=self.label)

    def _check_options(self, ratio: str | None, seconds: int | None) -> None:
        if ratio is not None and ratio not in self.ratios:
            raise self._refusal("ratio", ratio, self.ratios)
        if seconds is not None and seconds not in self.seconds:
            raise self._refusal("seconds", str(seconds), [str(s) for s in sorted(self.seconds)])

    def _check_images(self, images: int, *, required: bool) -> None:
        limit = 0 if self.image_transport is ImageTransport.NONE else self.images
        if images and not limit:
            raise Refusal("refusal-no-image", model=self.label)
        if images > limit:
            raise Refusal("refusal-images", model=self.label, count=limit)
        if required and not images:
            raise Refusal("refusal-image-required", model=self.label)

    def _refusal(self, what: str, value: str, allowed: Sequence[str]) -> Refusal:
        choices = ", ".join(allowed)
        return Refusal(
            f"refusal-{what}", model=self.label, value=value, choices=choices, count=len(allowed)
        )


class Catalogue:
    """The models on offer, in the operator's order; the first is the default."""

    def __init__(self, models: Sequence[VideoModel], default: str | None = None) -> None:
        self._models = {model.id: model for model in models}
        self.default = self._models[default] if default in self._models else models[0]

    def __iter__(self) -> Iterator[VideoModel]:
        return iter(self._models.values())

    def __len__(self) -> int:
        return len(self._models)

    def get(self, model_id: str | None) -> VideoModel:
        """The model of that id; the default for `None`.

        Raises:
            Refusal: `refusal-model` when it is not on offer (any more).
        """
        if model_id is None:
            return self.default
        if found := self._models.get(model_id):
            return found
        labels = ", ".join(model.label for model in self)
        raise Refusal("refusal-model", value=model_id, choices=labels)

    def label(self, model_id: str) -> str:
        """What people read for a model, its id when it is gone."""
        found = self._models.get(model_id)
        return found.label if found else model_id
