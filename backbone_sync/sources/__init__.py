"""The kinds of sources that a region can be configured to pull from, each in a module of its own.

`[source] kind` in the configuration chooses; a module is imported only when its kind is chosen, so that a server
needs nothing of the others. Module `source_<kind>` offers what `Adapter` says.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, cast

from backbone_sync.dictionary import Dictionary
from backbone_sync.findings import Step
from backbone_sync.interfaces import Source

if TYPE_CHECKING:
    from backbone_sync.config import Config

KINDS = (
    "contract",  # the central Backbone by contract v1
    "files",  # bundles that come by any road into a directory
    "landing",  # tables that the centre writes into
    "pages",  # an API with numbered pages
    "school",  # the school application's local web service
)
USUAL = "contract"
DELIVERED = ("files", "landing")  # kinds that others write to (`delivery.Delivering`)
Sleep = Callable[[float], None]


class Settings(Protocol):
    """What every kind's settings have besides their own: a frozen dataclass without secrets.

    `credentials`: the directory of the secret files, "" for the one that systemd names; `overlap`: how far back a
    listing of what is new reaches; `identity`: changes when the stored rows and positions come from another source,
    so that everything is listed from the beginning and compared. It is "" for the contract and holds no secret.
    """

    @property
    def kind(self) -> str: ...

    @property
    def credentials(self) -> str: ...

    @property
    def overlap(self) -> timedelta: ...

    @property
    def identity(self) -> str: ...


class Adapter(Protocol):
    """What a module `source_<kind>` offers."""

    def parse(self, raw: dict[str, Any], dictionary: Dictionary) -> Settings:
        """The settings in the table [source] without its `kind`; ValueError, KeyError or TypeError name what is wrong.

        ConfigInvalid where there is more to say.
        """

    def open_source(self, config: Config, dictionary: Dictionary, version: str, sleep: Sleep) -> Source:
        """The source; nothing is asked of it yet."""

    def steps(self, config: Config, dictionary: Dictionary, timeout: float) -> Iterator[Step]:
        """The way to the source, step by step, for the doctor; `timeout` seconds a step. Changes nothing anywhere."""


def adapter(kind: str) -> Adapter:
    """The module of a kind; ValueError for one that is not known."""
    if kind not in KINDS:
        raise ValueError(f"source.kind {kind!r}; expected one of {', '.join(KINDS)}")
    return cast(Adapter, importlib.import_module(f"backbone_sync.sources.source_{kind}"))


def parse(raw: Mapping[str, Any], dictionary: Dictionary) -> Settings:
    """The settings of the table [source]; the contract's where no kind is named."""
    rest = dict(raw)
    return adapter(str(rest.pop("kind", USUAL))).parse(rest, dictionary)


def open_source(config: Config, dictionary: Dictionary, version: str, sleep: Sleep = time.sleep) -> Source:
    """The source that the configuration names."""
    return adapter(config.source.kind).open_source(config, dictionary, version, sleep)


def steps(config: Config, dictionary: Dictionary, timeout: float = 10.0) -> Iterator[Step]:
    """The way to it, step by step; the first that fails is the last."""
    return adapter(config.source.kind).steps(config, dictionary, timeout)
