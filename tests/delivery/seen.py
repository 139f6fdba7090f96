"""What a video looks and sounds like, decoded in a process of its own: `python seen.py FILE`."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av


@dataclass(frozen=True, kw_only=True)
class Seen:
    size: tuple[int, int]
    """Upright."""
    moments: tuple[float, ...]
    """When each picture is shown, in seconds."""
    quarters: tuple[tuple[int, ...], ...]
    """The colours in the middle of each quarter of the picture in the middle, upright."""
    loudness: float
    """The mean of the sound's samples, 0 to 1; 0 when there is none."""
    sound_seconds: float
    metadata: dict[str, str]


def seen(path: Path) -> Seen:
    found = subprocess.run(
        [sys.executable, __file__, str(path)], check=True, capture_output=True, timeout=60
    )
    facts: dict[str, Any] = json.loads(found.stdout)
    return Seen(
        size=tuple(facts["size"]),
        moments=tuple(facts["moments"]),
        quarters=tuple(tuple(colour) for colour in facts["quarters"]),
        loudness=facts["loudness"],
        sound_seconds=facts["sound_seconds"],
        metadata=facts["metadata"],
    )


def _look(path: Path) -> dict[str, object]:
    with av.open(str(path)) as container:
        pictures = list(container.decode(video=0))
    middle = pictures[len(pictures) // 2]
    # As players do: what is named is believed, and what is not goes by the height.
    modern = middle.colorspace == 1 or (middle.colorspace == 2 and middle.height >= 720)
    named = "itu709" if modern else "itu601"
    shown = middle.reformat(format="rgb24", src_colorspace=named, dst_colorspace="itu601")
    image = shown.to_image()  # type: ignore[no-untyped-call]  # PyAV
    image = image.rotate(pictures[0].rotation, expand=True)
    across, down = image.size
    places = [(x, y) for y in (down // 4, 3 * down // 4) for x in (across // 4, 3 * across // 4)]
    loudness, seconds, metadata = _listen(path)
    return {
        "size": image.size,
        "moments": [float(picture.time) for picture in pictures],
        "quarters": [image.getpixel(place) for place in places],
        "loudness": loudness,
        "sound_seconds": seconds,
        "metadata": metadata,
    }


def _listen(path: Path) -> tuple[float, float, dict[str, str]]:
    with av.open(str(path)) as container:
        metadata = dict(container.metadata)
        for stream in container.streams:
            metadata.update(stream.metadata)
        if not container.streams.audio:
            return 0, 0, metadata
        frames = list(container.decode(audio=0))
    samples = [
        abs(value)
        for frame in frames
        for value in memoryview(frame.planes[0]).cast("B").cast("f")[: frame.samples]
    ]
    rate = frames[0].sample_rate
    return sum(samples) / len(samples), len(samples) / rate, metadata


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_look(Path(sys.argv[1]))))
