"""Images and videos go when their time or their room is over."""

import os
import time
from pathlib import Path

from bot.app.housekeeping import tidy_benches, tidy_folders
from bot.domain.requests import VideoRequest
from bot.generation.originals import BENCH
from bot.generation.shelf import in_use
from bot.settings import Settings
from tests.presenter.states import make_job

HOUR = 3600.0


def file(settings: Settings, name: str, *, hours: float, size: int = 1) -> Path:
    path = settings.data_dir / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes(size))
    os.utime(path, (time.time() - hours * HOUR,) * 2)
    return path


def test_files_are_kept_for_so_many_days(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_days=1)
    old = file(settings, "videos/old.mp4", hours=25)
    new = file(settings, "videos/new.mp4", hours=23)
    image = file(settings, "inputs/old.jpg", hours=25)

    tidy_folders(settings, ())

    assert [path.exists() for path in (old, new, image)] == [False, True, False]


def test_the_oldest_go_first_when_room_is_short_in_both_folders_together(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_gb=250e-9)
    oldest = file(settings, "inputs/oldest.jpg", hours=5, size=100)
    middle = file(settings, "videos/middle.mp4", hours=4, size=100)
    newest = file(settings, "videos/newest.mp4", hours=3, size=100)

    tidy_folders(settings, ())

    assert [path.exists() for path in (oldest, middle, newest)] == [False, True, True]


def test_a_file_in_use_makes_no_room(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_gb=10e-9)
    fresh = file(settings, "videos/fresh.mp4", hours=0.5, size=100)

    tidy_folders(settings, ())

    assert fresh.exists()


def test_the_database_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_days=1)
    database = file(settings, "clapper.db", hours=1000)

    tidy_folders(settings, ())

    assert database.exists()


def test_what_open_jobs_need_stays_however_old_and_short_the_room(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_days=1, media_keep_gb=10e-9)
    kept = file(settings, "videos/video-a.mp4", hours=1000, size=100)
    image = file(settings, "inputs/a.jpg", hours=1000, size=100)
    other = file(settings, "videos/video-b.mp4", hours=2, size=100)

    tidy_folders(settings, {"video-a.mp4", "a.jpg"})

    assert [path.exists() for path in (kept, image, other)] == [True, True, False]


def test_an_open_job_needs_its_images_and_every_video_it_brings() -> None:
    request = VideoRequest(prompt="a", model="sora-2", images=("1.jpg", "2.jpg"))
    links = (("https://a.example/1.mp4",), ("https://a.example/2.mp4",))

    names = in_use(make_job(id="0123456789abcdef", request=request, videos=links))

    videos = {"video-0123456789abcdef.mp4", "video-0123456789abcdef-2.mp4"}
    assert names == {"1.jpg", "2.jpg", *videos}


def test_what_was_made_of_a_video_goes_with_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_days=1)
    old = [
        file(settings, "videos/video-a.mp4", hours=25),
        file(settings, "videos/video-a.shrunk-9.mp4", hours=23),
    ]
    new = file(settings, "videos/video-a-2.shrunk-9.mp4", hours=23)

    tidy_folders(settings, ())

    assert [path.exists() for path in (*old, new)] == [False, False, True]


def test_what_was_made_of_a_video_takes_room_with_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_gb=250e-9)
    older = file(settings, "videos/video-a.mp4", hours=5, size=100)
    made = file(settings, "videos/video-a.shrunk-9.mp4", hours=2, size=60)
    newer = file(settings, "videos/video-b.mp4", hours=4, size=100)

    tidy_folders(settings, ())

    assert [path.exists() for path in (older, made, newer)] == [False, False, True]


def test_what_an_open_job_is_shown_as_stays_too(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_days=1)
    made = file(settings, "videos/video-a-2.shrunk-9.mp4", hours=1000)

    tidy_folders(settings, {"video-a-2.mp4"})

    assert made.exists()


def test_parts_that_nobody_sends_any_more_are_removed(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    video = file(settings, "videos/video.mp4", hours=1)
    for name, hours in (("old", 1), ("new", 0.2)):
        bench = video.parent / f"{BENCH}{name}"
        bench.mkdir()
        (bench / "1.mp4").write_bytes(b"a part")
        os.utime(bench, (time.time() - hours * HOUR,) * 2)

    tidy_benches(settings.videos_dir)
    tidy_folders(settings, ())

    assert sorted(path.name for path in video.parent.iterdir()) == [f"{BENCH}new", "video.mp4"]


def test_parts_that_go_while_they_are_looked_at_keep_no_others_from_going(tmp_path: Path) -> None:
    gone, old = tmp_path / f"{BENCH}gone", tmp_path / f"{BENCH}old"
    gone.symlink_to(tmp_path / "nowhere")
    old.mkdir()
    os.utime(old, (time.time() - HOUR,) * 2)

    tidy_benches(tmp_path)

    assert not old.exists()


def test_a_folder_that_is_not_there_yet_needs_no_tidying(tmp_path: Path) -> None:
    tidy_benches(Settings(data_dir=tmp_path).videos_dir)


def test_what_is_being_written_stays_even_where_nothing_is_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_days=0)
    fetched = file(settings, "videos/.video-a-x1.part", hours=0.01)
    made = file(settings, "videos/.video-a.shrunk-9-x2.part", hours=0.5)

    tidy_folders(settings, {"video-a.mp4"})

    assert [path.exists() for path in (fetched, made)] == [True, True]


def test_what_a_bot_that_was_killed_left_half_written_is_not_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, media_keep_days=7)
    left = file(settings, "videos/.video-a.shrunk-9-x1.part", hours=1.5)

    tidy_folders(settings, {"video-a.mp4"})

    assert not left.exists()
