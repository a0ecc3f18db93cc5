"""How root file systems of lab hosts would be made: the commands; nothing is fetched."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from provision.errors import BackboneError, UsageError
from provision.lab import image, recipe, spec

PROXY = (IPv4Address("10.83.9.1"), 3142)
OTHERS = [one for one in image.IMAGES.values() if one.kind != "debian"]


def command(name: str) -> list[str]:
    one = image.IMAGES[name]
    return recipe.command(one.kind, one.suite, one.packages, Path("/made"), PROXY, ["path-exclude=/usr/share/doc/*"])


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (recipe.UBUNTU_MIRROR, recipe.EL_MIRROR, "BACKBONE_LAB_SYSTEM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("one", OTHERS, ids=lambda one: one.name)
def test_without_a_named_mirror_nothing_is_tried_and_the_sentence_names_the_variable(
    one: image.Image, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BACKBONE_CACHE", str(tmp_path))
    monkeypatch.setattr(image.subprocess, "run", lambda *_words, **_more: pytest.fail("something was tried"))
    with pytest.raises(UsageError, match="names none") as refused:
        image.make([one], PROXY)
    assert recipe.MIRRORS[one.kind][0] in str(refused.value)
    assert recipe.MIRRORS[one.kind][0] in refused.value.repair


def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(recipe.EL_MIRROR, "mirror.example/rocky")
    with pytest.raises(UsageError, match="is no address"):
        command("rocky9")


def test_ubuntu_comes_from_the_named_mirror_alone_by_ubuntus_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(recipe.UBUNTU_MIRROR, "https://mirror.example/ubuntu/")
    words = command("ubuntu2404")
    assert words[0] == "mmdebstrap"
    assert f"--keyring={recipe.UBUNTU_KEYRING}" in words
    assert words[-5:] == [
        "noble",
        "/made",
        "deb http://mirror.example/ubuntu noble main universe",
        "deb http://mirror.example/ubuntu noble-updates main universe",
        "deb http://mirror.example/ubuntu noble-security main universe",
    ]


def test_without_ubuntus_keys_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(recipe.UBUNTU_MIRROR, "http://mirror.example/ubuntu")
    monkeypatch.setenv("BACKBONE_CACHE", str(tmp_path))
    monkeypatch.setattr(recipe, "UBUNTU_KEYRING", tmp_path / "absent.gpg")
    monkeypatch.setattr(image.subprocess, "run", lambda *_words, **_more: pytest.fail("something was tried"))
    with pytest.raises(BackboneError, match=r"absent\.gpg is missing"):
        image.make([image.IMAGES["ubuntu2404"]], PROXY)


def test_rocky_comes_from_the_named_mirror_alone_and_is_checked_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(recipe.EL_MIRROR, "http://mirror.example/pub/rocky")
    words = command("rocky9")
    assert words[:2] == ["dnf", "--assumeyes"]
    assert {"--installroot=/made", "--releasever=9", "--setopt=reposdir=/dev/null"} <= set(words)
    assert "--repofrompath=lab-baseos,http://mirror.example/pub/rocky/9/BaseOS/x86_64/os/" in words
    assert "--setopt=lab-appstream.gpgcheck=1" in words
    assert "--setopt=lab-appstream.gpgkey=http://mirror.example/pub/rocky/RPM-GPG-KEY-Rocky-9" in words
    assert words[words.index("install") + 1 :] == list(image.IMAGES["rocky9"].packages)


def test_debian_needs_no_variable() -> None:
    assert "bookworm" in command("debian12")
    assert not any("keyring" in word for word in command("debian12"))


def test_the_regions_servers_get_the_named_system_and_the_world_around_them_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = spec.hosts()
    monkeypatch.setenv("BACKBONE_LAB_SYSTEM", "ubuntu2404")
    after = spec.hosts()
    assert {one.image for one in after.values() if one.is_server} == {"ubuntu2404"}
    assert [one for one in after.values() if not one.is_server] == [one for one in before.values() if not one.is_server]
    monkeypatch.setenv("BACKBONE_LAB_SYSTEM", "plan9")
    with pytest.raises(UsageError, match="no system that the lab knows"):
        spec.hosts()
