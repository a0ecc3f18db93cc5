"""The store of second repositories: only who may, only what may, and nothing is gone early."""

from __future__ import annotations

import http.client
import os
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provision.errors import BackboneError
from provision.onboard.authority import make_authority
from provision.onboard.objects import Store
from tests.support.second_store import Running, running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "store") as found:
        yield found


def kept(store: Running) -> list[Path]:
    """What was put aside."""
    return sorted(path for path in (store.folder / "root/kab/was").rglob("*") if path.is_file())


def test_what_is_put_is_got_and_listed_page_by_page(store: Running) -> None:
    names = [f"state/data/{number:04}" for number in range(1005)] + ["state/data/ab cé+&<.x"]
    for name in names[:3] + names[-1:]:
        store.store.put(name, name.encode())
    assert store.store.get(names[-1]) == names[-1].encode()
    # Laid down directly: a thousand requests would only take time.
    for name in names[3:-1]:
        (store.folder / "root/kab/now" / name).write_text(name)
    assert store.store.keys("state/") == sorted(names, key=str.encode)
    assert store.store.keys("state/data/000") == names[:10]
    assert store.store.keys("state/none/") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"secret": "wrong" * 8}, "SignatureDoesNotMatch"),
        ({"access_key": "nobody"}, "AccessDenied"),
        ({"bucket": "prov"}, "another bucket"),
        ({"access_key": "prov", "secret": "x" * 40}, "another bucket"),
    ],
)
def test_nobody_else_is_let_in(store: Running, change: dict[str, str], said: str) -> None:
    with pytest.raises(BackboneError, match=said):
        Store(replace(store.access, **change)).put("state/a", b"a")
    assert not [path for path in (store.folder / "root").rglob("*") if path.is_file()]


def test_each_key_has_its_own_prefixes(store: Running) -> None:
    Store(store.kit).put("kit/1", b"kit")
    with pytest.raises(BackboneError, match="not for this key"):
        store.store.get("kit/1")
    with pytest.raises(BackboneError, match="not for this key"):
        Store(store.kit).put("state/a", b"")
    assert store.store.keys("") == []
    assert Store(store.kit).keys("") == ["kit/1"]


@pytest.mark.parametrize("name", ["state/../../x", "state//x", "state/./x", "state/", "state/" + "y" * 256])
def test_no_name_leads_out_of_the_bucket(store: Running, name: str) -> None:
    with pytest.raises(BackboneError, match="such a name is not taken"):
        store.store.put(name, b"x")
    assert not [path for path in store.folder.rglob("x") if path.is_file()]


def test_an_old_request_is_refused(store: Running) -> None:
    late = Store(store.access, now=lambda: datetime.now(UTC) - timedelta(minutes=20))
    with pytest.raises(BackboneError, match="clocks"):
        late.put("state/a", b"a")


def test_a_body_that_was_changed_on_the_way_is_refused(store: Running) -> None:
    signed = store.store._signed("PUT", "/kab/state/a", "", b"what was meant")
    context = ssl.create_default_context(cadata=store.access.authority)
    line = http.client.HTTPSConnection("localhost", store.port, context=context)
    line.request("PUT", "/kab/state/a", body=b"what was sentt", headers=signed)
    assert line.getresponse().status == 400
    with pytest.raises(BackboneError, match="NoSuchKey"):
        store.store.get("state/a")


def test_a_store_of_another_authority_is_not_trusted(store: Running) -> None:
    _key, other = make_authority("other")
    with pytest.raises(BackboneError, match="certificate is not the one expected"):
        Store(replace(store.access, authority=other)).get("state/a")


def test_what_is_overwritten_or_deleted_is_kept_and_comes_back(store: Running) -> None:
    store.store.put("state/a", b"first")
    store.store.put("state/b", b"b")
    moment = time.time()
    time.sleep(0.02)
    store.store.put("state/a", b"second")
    store.store._ask("DELETE", "state/b")
    store.store._ask("DELETE", "state/never-there")
    store.store.put("state/later", b"later")
    assert store.store.keys("") == ["state/a", "state/later"]
    assert {path.name: path.read_bytes() for path in kept(store)} == {"a": b"first", "b": b"b"}
    told = store.run("rewind", store.settings, "kab", moment)
    assert told.strip() == "kab: 2 newer objects put aside, 2 brought back"
    assert store.store.keys("") == ["state/a", "state/b"]
    assert store.store.get("state/a") == b"first"
    assert {path.read_bytes() for path in kept(store)} == {b"second", b"later"}


def test_only_time_takes_away_what_was_put_aside(tmp_path: Path) -> None:
    with running(tmp_path / "store") as store:
        for _ in range(2):
            store.store.put("state/a", b"a")
        [young] = kept(store)
    day = 86400 * 10**9
    was = young.parents[1]
    old = was.with_name(str(time.time_ns() - 36 * day))
    was.rename(was.with_name(str(time.time_ns() - 34 * day)))
    (old / "state").mkdir(parents=True)
    (old / "state" / "b").write_text("long ago")
    half = tmp_path / "store/root/kab/coming/half"
    half.write_text("")
    os.utime(half, (0, 0))
    with running(tmp_path / "store") as store:
        deadline = time.monotonic() + 10
        while (old.exists() or half.exists()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [path.name for path in kept(store)] == ["a"]
        assert not half.exists()


def test_a_quota_bounds_a_server_and_what_it_deleted_counts(tmp_path: Path) -> None:
    with running(tmp_path / "store", quota=3000) as store:
        store.store.put("state/a", b"a" * 2000)
        store.store._ask("DELETE", "state/a")
        with pytest.raises(BackboneError, match="quota"):
            store.store.put("state/b", b"b" * 2000)
        store.store.put("state/c", b"c" * 900)


def test_nobody_who_is_silent_holds_up_others(store: Running) -> None:
    import socket

    with socket.create_connection(("localhost", store.port)):
        store.store.put("state/a", b"a")
