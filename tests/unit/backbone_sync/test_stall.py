"""A run without progress is ended and says where it stood; one that goes on is left alone."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from backbone_sync.run.stall import STATUS, Watch


def test_a_stalled_run_is_ended_and_says_where_it_stood(caplog: pytest.LogCaptureFixture) -> None:
    ended = threading.Event()
    seen: list[int] = []

    def end(status: int) -> None:
        seen.append(status)
        ended.set()

    def waits_for_the_source(secret: str) -> None:
        ended.wait(10)

    worker = threading.Thread(target=waits_for_the_source, args=("Budi Santoso",), name="fetch")
    with caplog.at_level(logging.ERROR, "backbone_sync"), Watch(0.2, end):
        worker.start()
        assert ended.wait(5)
    worker.join()
    assert seen == [STATUS]
    assert "fetch" in caplog.text
    assert "waits_for_the_source" in caplog.text
    assert "Budi" not in caplog.text


def test_a_run_whose_source_goes_on_sending_is_left_alone_until_it_stops() -> None:
    ended = threading.Event()
    requests = [0]
    with Watch(0.4, lambda status: ended.set(), moving=lambda: requests[0]):
        for _ in range(10):
            time.sleep(0.1)
            requests[0] += 1
        assert not ended.is_set()
        assert ended.wait(5)


def test_a_run_that_goes_on_is_left_alone() -> None:
    seen: list[int] = []
    with Watch(0.4, seen.append) as watch:
        for _ in range(10):
            time.sleep(0.1)
            watch.beat()
    time.sleep(0.5)
    assert seen == []
