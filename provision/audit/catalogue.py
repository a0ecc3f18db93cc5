"""The catalogue of controls: read from YAML, a file a family, held to a closed schema."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from provision import __version__, paths
from provision.errors import UsageError
from provision.i18n import _
from provision.inventory.fields import Stage

VERSION = 1

Basis = Literal["minimum", "interpretation", "recommended"]
Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
BASES: tuple[Basis, ...] = ("minimum", "interpretation", "recommended")
_Words = Annotated[str, Field(min_length=1)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Text(_Closed):
    """A text in both languages."""

    id: _Words
    en: _Words

    def in_language(self, language: str) -> str:
        """The text in `id` or `en`."""
        return self.en if language == "en" else self.id


class AppliesTo(_Closed):
    """Where a control has a meaning."""

    levels: Annotated[list[Literal["kabupaten_kota", "provinsi"]], Field(min_length=1)] = [
        "kabupaten_kota",
        "provinsi",
    ]
    platforms: Annotated[list[Literal["linux", "windows"]], Field(min_length=1)] = ["linux"]


class Control(_Closed):
    """One requirement. `stage`: the one that repairs it, if any can; `early`: already when the control only warns,
    as of an expiry that comes near. `attestable`: a person's word may stand in.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,6}-\d{2}$")]
    title: Text
    basis: Basis
    requirement: Text
    source: Text
    reference_verified: bool
    severity: Severity
    applies_to: AppliesTo = AppliesTo()
    preflight: bool = False
    attestable: bool = False
    stage: Stage | None
    early: bool = False
    why: Text
    remedy: Text


class Family(_Closed):
    """One file of the catalogue: controls about one thing. `prefix` begins every id in it."""

    family: Annotated[str, Field(pattern=r"^[a-z]+$")]
    prefix: Annotated[str, Field(pattern=r"^[A-Z]+$")]
    title: Text
    controls: Annotated[list[Control], Field(min_length=1)]


_FAMILIES: TypeAdapter[list[Family]] = TypeAdapter(list[Family])


class Catalogue:
    """All families, in the order in which people read them."""

    def __init__(self, families: list[Family]) -> None:
        self.families = tuple(families)
        self.controls: Mapping[str, Control] = {
            control.id: control for family in families for control in family.controls
        }
        self.family_of: Mapping[str, Family] = {
            control.id: family for family in families for control in family.controls
        }


def _read(path: Path) -> Family:
    try:
        return Family.model_validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
    except YAMLError as fault:
        raise UsageError(_("{path}: not YAML: {fault}").format(path=path, fault=fault)) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {place}: {first['msg']}") from fault  # pydantic's own words


def read(folder: Path, order: tuple[str, ...]) -> Catalogue:
    """The catalogue in a folder; UsageError for an unknown key, a control twice, or a family that `order`
    lacks.
    """
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.yml"))}
    if odd := set(found) ^ set(order):
        told = _("{folder}: families without a file, or files without a family: {names}")
        raise UsageError(told.format(folder=folder, names=", ".join(sorted(odd))))
    seen: set[str] = set()
    for name in order:
        family = found[name]
        if family.family != name:
            told = _("{file}: family: {family} in a file of another name")
            raise UsageError(told.format(file=f"{folder / name}.yml", family=family.family))
        for control in family.controls:
            if control.id in seen:
                told = _("{file}: {control} is there twice")
                raise UsageError(told.format(file=f"{folder / name}.yml", control=control.id))
            if not control.id.startswith(family.prefix + "-"):
                told = _("{file}: {control} does not begin with {prefix}-")
                raise UsageError(told.format(file=f"{folder / name}.yml", control=control.id, prefix=family.prefix))
            seen.add(control.id)
    return Catalogue([found[name] for name in order])


def paired(found: Catalogue, checks: Collection[str]) -> Catalogue:
    """The catalogue, each control of which has its check; UsageError where one has none, or a check no control."""
    lacking, loose = sorted(set(found.controls) - set(checks)), sorted(set(checks) - set(found.controls))
    if lacking:
        raise UsageError(_("controls without a check: {names}").format(names=", ".join(lacking)))
    if loose:
        raise UsageError(_("checks without a control: {names}").format(names=", ".join(loose)))
    return found


@cache
def load() -> Catalogue:
    """The project's own catalogue; its YAML is read once for every state of it, as that takes a third of a second."""
    from checks.measure import FAMILIES

    folder = paths.catalogue_dir()
    digest = hashlib.sha256(f"{VERSION} {__version__} {FAMILIES}".encode())
    for path in sorted(folder.glob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    kept = paths.cache_dir() / "catalogue" / f"{digest.hexdigest()}.json"
    try:
        return Catalogue(_FAMILIES.validate_json(kept.read_bytes()))
    except (OSError, ValidationError):
        found = read(folder, FAMILIES)
    with suppress(OSError):  # a disk that is full, a home that is not there
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        draft.write_bytes(_FAMILIES.dump_json(list(found.families)))
        draft.replace(kept)
    return found
