"""Video files made once, in a process of their own: codecs have been seen to end theirs."""

import subprocess
import sys
from pathlib import Path

import pytest

MAKER = Path(__file__).with_name("clips.py")


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one file for each kind of video; `clips.py` says which."""
    folder = tmp_path_factory.mktemp("clips")
    subprocess.run([sys.executable, str(MAKER), str(folder)], check=True, timeout=120)
    return folder
