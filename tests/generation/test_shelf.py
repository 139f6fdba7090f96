"""The folder of videos."""

import os
from pathlib import Path

import pytest

from bot.domain.jobs import video_name
from bot.generation.shelf import Shelf

JOB, OTHER = "0123456789abcdef", "fedcba9876543210"


def test_all_files_of_a_job_go_and_none_of_another(tmp_path: Path) -> None:
    own = [video_name(JOB, number) for number in (1, 2, 10)]
    own += [f"video-{JOB}.shrunk-9.mp4", f"video-{JOB}-2.preview-9.mp4"]
    others = [video_name(OTHER, number) for number in (1, 2)]
    others += [f"video-{OTHER}.shrunk-9.mp4"]
    for name in (*own, *others):
        (tmp_path / name).touch()

    for _ in range(2):
        Shelf(tmp_path).remove(JOB)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    Shelf(tmp_path / "gone").remove(JOB)

    assert Shelf(tmp_path / "gone").files(JOB, 3) == ()


@pytest.mark.parametrize("job_id", ["../escape", "a*", "", "a/b"])
def test_an_id_that_could_lead_elsewhere_is_refused(tmp_path: Path, job_id: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        Shelf(tmp_path).remove(job_id)


def test_what_was_made_of_a_video_is_no_video_of_its_own(tmp_path: Path) -> None:
    for name in (video_name(JOB), f"video-{JOB}.shrunk-9.mp4", f"video-{JOB}.preview-9.mp4"):
        (tmp_path / name).touch()

    assert [file.path.name for file in Shelf(tmp_path).files(JOB, 3)] == [video_name(JOB)]


def test_the_same_video_in_a_container_that_plays_is_given_instead(tmp_path: Path) -> None:
    for name, size in ((video_name(JOB), 10), (f"video-{JOB}.remuxed.mp4", 12)):
        (tmp_path / name).write_bytes(bytes(size))
    os.utime(tmp_path / video_name(JOB), (1, 1))

    (file,) = Shelf(tmp_path).files(JOB, 1)

    assert (file.path.name, file.number, file.size) == (f"video-{JOB}.remuxed.mp4", 1, 12)
    assert file.stored_at.timestamp() == 1


def test_what_was_made_of_a_video_that_is_gone_is_no_video(tmp_path: Path) -> None:
    (tmp_path / f"video-{JOB}.remuxed.mp4").touch()

    assert Shelf(tmp_path).files(JOB, 1) == ()


def test_copies_to_be_watched_are_told_by_their_names(tmp_path: Path) -> None:
    names = [
        video_name(JOB),
        f"video-{JOB}.converted-9.mp4",
        f"video-{JOB}-2.shrunk-10.mp4",
        f"video-{JOB}.preview-9.mp4",
        f"video-{JOB}.remuxed.mp4",
        f"video-{JOB}.converted-x.mp4",
        f".video-{JOB}.converted-9-abc.part",
        f"video-{OTHER}.converted-9.mp4",
    ]
    for name in names:
        (tmp_path / name).touch()

    found = {
        (copy.file.path.name, copy.file.number, copy.smaller)
        for copy in Shelf(tmp_path).copies(JOB)
    }

    assert found == {(names[1], 1, False), (names[2], 2, True)}
