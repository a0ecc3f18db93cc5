"""The change of places: by renames, by a copy where nothing can be renamed, and from every half-way point."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from provision.operate.remote.restoring import Restoring


@pytest.fixture
def restoring(tmp_path: Path) -> Restoring:
    """A live folder, and a restored one beside it."""
    made = Restoring(tmp_path, {"id": "r1", "data": str(tmp_path / "main")})
    for place, text in ((made.data, "former"), (made.fresh, "restored")):
        place.mkdir()
        (place / "PG_VERSION").write_text(text)
        (place / "base").mkdir()
        (place / "base" / "1").write_text(text)
    return made


def held(place: Path) -> set[str]:
    """What the files of a folder say."""
    return {file.read_text() for file in place.rglob("*") if file.is_file()}


def swapped(restoring: Restoring) -> None:
    assert held(restoring.data) == {"restored"}
    assert held(restoring.aside) == {"former"}
    assert sorted(path.name for path in restoring.data.parent.iterdir()) == ["main", "main.before-r1"]


def test_by_renames_and_once_more(restoring: Restoring) -> None:
    restoring.swap()
    swapped(restoring)
    restoring.swap()
    swapped(restoring)


def test_by_a_copy_where_a_layer_cannot_be_renamed(restoring: Restoring, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        if path == restoring.data:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    part = restoring.aside.with_name(f"{restoring.aside.name}.part")
    part.mkdir()
    (part / "half").write_text("a copy that was cut off")
    restoring.swap()
    swapped(restoring)


def test_from_between_the_renames_and_from_a_half_removed_folder(restoring: Restoring) -> None:
    restoring.data.rename(restoring.aside)
    restoring.data.mkdir()
    (restoring.data / "PG_VERSION").write_text("former")
    restoring.swap()
    swapped(restoring)
