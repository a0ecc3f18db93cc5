"""What comes over the line is paced by the configured bandwidth."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from backbone_sync.sources.source_contract import Contract
from backbone_sync.sources.web import Web
from tests.support.certificates import self_signed
from tests.support.odd_http import Asked, Reply, served

BODY = random.Random(4).randbytes(2_000_000)


@pytest.mark.parametrize("bandwidth", [0.0, 100_000.0])
def test_a_body_is_taken_no_faster_than_the_bandwidth_allows(bandwidth: float, tmp_path: Path) -> None:
    pauses: list[float] = []
    pair = self_signed(tmp_path)

    def answer(asked: Asked) -> Reply:
        return Reply(body=BODY)

    with served(answer, pair) as url:
        web = Web(Contract(url, ca_file=str(pair[0]), bandwidth=bandwidth), "0", pauses.append)
        assert web.exchange("GET", url, {}, None, "a body").body == BODY
    assert web.received == len(BODY)
    if not bandwidth:
        assert pauses == []
        return
    # The pauses are not really slept, so the last one is all that is owed: 20 s, less what the test took.
    assert 10 < pauses[-1] <= len(BODY) / bandwidth
    assert len(pauses) > 10  # while it comes, not once it is there
