"""What is wrong with an inventory: every fault with its file, line, key and repair, raised all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from provision.errors import UsageError
from provision.i18n import _, english, joined


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend. `line` is 1-based, 0 where a line cannot be told (an encrypted or absent file)."""

    file: str
    line: int
    key: str  # dotted path of the variable: backbone_ports[0].port; "" for the file as a whole
    message: str
    repair: str = ""
    servers: tuple[str, ...] = ()

    def place(self) -> str:
        """`file:line`, the way editors and compilers write it."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def as_dict(self) -> dict[str, object]:
        """For `--json`: the fields by their names."""
        return asdict(self)

    def as_text(self) -> str:
        """For people: place, key, what is wrong, and how to mend it, on two lines."""
        whom = f" ({', '.join(self.servers[:5])}{', …' if len(self.servers) > 5 else ''})" if self.servers else ""
        parts = [self.place(), ": ", f"{self.key}: " if self.key else "", self.message, whom]
        if self.repair:
            parts += ["\n    ", _("repair"), ": ", self.repair]
        return joined("", parts)


def shown(path: Path) -> str:
    """A path as a person at this prompt would write it: relative to here where it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def gathered(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Sorted by place; the same fault of several servers, written once, becomes one that names them all."""
    by_place: dict[Fault, tuple[str, ...]] = {}
    for fault in faults:
        bare = replace(fault, servers=())
        by_place[bare] = tuple(sorted({*by_place.get(bare, ()), *fault.servers}))
    found = [replace(fault, servers=servers) for fault, servers in by_place.items()]
    # The same order in every language.
    return tuple(sorted(found, key=lambda one: (one.file, one.line, one.key, english(one.message))))


class InventoryInvalid(UsageError):  # noqa: N818 — reads as the state it is: `raise InventoryInvalid(faults)`
    """The inventory cannot be used; `faults` says why, completely. Nothing has been touched."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = gathered(faults)
        heading = _("the inventory has {count} fault(s); nothing was touched").format(count=len(self.faults))
        super().__init__(joined("\n  ", [heading, *(fault.as_text() for fault in self.faults)]))
