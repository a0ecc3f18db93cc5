"""The central Backbone by contract v1: its settings, and how it is opened and probed. `client` speaks with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from backbone_sync.dictionary import Dictionary

if TYPE_CHECKING:
    from backbone_sync.config import Config
    from backbone_sync.findings import Step
    from backbone_sync.sources import Sleep
    from backbone_sync.sources.client import Client


@dataclass(frozen=True)
class Contract:
    """Where the central Backbone answers, and how patient a run is with it (seconds)."""

    url: str
    ca_file: str = ""
    credentials: str = ""
    page_limit: int = 4000
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    retries: int = 4
    max_wait: float = 300.0
    overlap: timedelta = timedelta(minutes=5)
    bandwidth: float = 0.0  # bytes a second, 0: no bound

    kind: ClassVar[str] = "contract"
    identity: ClassVar[str] = ""


def parse(raw: dict[str, Any], dictionary: Dictionary) -> Contract:
    """The settings of [source]; ValueError or TypeError for what is wrong."""
    from backbone_sync.config import duration

    if "overlap" in raw:
        raw["overlap"] = duration(raw["overlap"])
    made = Contract(**raw)
    if not made.url.startswith("https://"):
        raise ValueError("source.url must be https")
    return made


def of(config: Config) -> Contract:
    """The configuration's source, which is this kind's."""
    assert isinstance(config.source, Contract)
    return config.source


def open_source(config: Config, dictionary: Dictionary, version: str, sleep: Sleep) -> Client:
    """The client; nothing is asked yet."""
    from backbone_sync.sources.client import Client

    return Client(config, version, sleep)


def steps(config: Config, dictionary: Dictionary, timeout: float) -> Iterator[Step]:
    """Name, connection, certificate, token, contract."""
    from backbone_sync.sources import probe

    return probe.contract(config, timeout)
