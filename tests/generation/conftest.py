"""The simulated channel and the sample videos of other tests, for use cases that need both."""

from tests.delivery.conftest import clips
from tests.presenter_live.conftest import pace, simcord_bot, stage

__all__ = ["clips", "pace", "simcord_bot", "stage"]
