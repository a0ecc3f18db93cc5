"""The reference as Markdown, made from the code: commands, variables, controls, metrics; each in `id` or `en`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typer
import yaml

from handbook import metrics
from provision import i18n, paths
from provision.audit import catalogue
from provision.cli.main import VERBS, app
from provision.converge.stages import NAMES
from provision.report import words

HERE = Path(__file__).resolve().parent
_HEADINGS = {
    "en": {
        "name": "name", "meaning": "meaning", "usual": "usual", "kind": "type", "option": "option",
        "needed": "must be said", "stage": "stage", "severity": "severity", "basis": "basis", "why": "Why",
        "repair": "Repair", "source": "Source", "requirement": "Requirement", "unit": "unit", "labels": "labels",
        "writer": "written by", "person": "a person",

    },
    "id": {
        "name": "nama", "meaning": "arti", "usual": "bawaan", "kind": "jenis", "option": "opsi",
        "needed": "wajib diisi", "stage": "tahap", "severity": "bobot", "basis": "dasar", "why": "Alasan",
        "repair": "Perbaikan", "source": "Sumber", "requirement": "Syarat", "unit": "satuan", "labels": "label",
        "writer": "ditulis oleh", "person": "petugas",

    },
}  # fmt: skip


def made(name: str, language: str) -> str:
    """The part of the reference that a mark names. KeyError for a name that there is not."""
    return MAKERS[name](language)


def cell(text: object) -> str:
    """A text as one cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; "" without a row. Cells that are code come with their backticks."""
    lines = [" | ".join(map(cell, row)) for row in rows]
    heads = list(headings)
    return "\n".join([" | ".join(heads), " | ".join("---" for _ in heads), *lines]) + "\n" if lines else ""


# ── commands


def command_tree(language: str) -> Iterator[tuple[str, Any]]:
    """Every verb and sub-verb with its full name, its help in the language; the groups before their members."""
    i18n.use(language)
    group: Any = typer.main.get_command(app)
    for verb in VERBS:
        command = group.get_command(None, verb)
        yield f"backbone {verb}", command
        for name, one in getattr(command, "commands", {}).items():
            yield f"backbone {verb} {name}", one


def commands(language: str) -> str:
    """The command line: a section a verb, its options in a table."""
    before = i18n.language()
    try:
        parts = [_command(name, one, language) for name, one in command_tree(language)]
    finally:
        i18n.use(before)
    return "\n".join(parts)


def _command(name: str, command: Any, language: str) -> str:
    said = _HEADINGS[language]
    context = typer.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [f"{'###' if name.count(' ') > 1 else '##'} {name}\n", f"```text\n{usage}\n```\n"]
    for paragraph in filter(None, (command.help or "").split("\n\n")):
        label, colon, example = paragraph.partition(": ")
        if colon and label in ("Example", "Contoh"):
            parts.append(f"{label}:\n\n```console\n$ {example}\n```\n")
        else:
            parts.append(paragraph + "\n")
    rows = [_parameter(one, context, said) for one in command.params]
    parts.append(table([said["option"], said["meaning"], said["usual"]], rows))
    return "\n".join(parts)


def _parameter(one: Any, context: Any, said: Mapping[str, str]) -> tuple[str, str, str]:
    names = ", ".join(f"`{word}`" for word in (*one.opts, *one.secondary_opts))
    if one.param_type_name == "argument":
        names = f"`{one.metavar or one.name}`"
    usual = one.default() if callable(one.default) else one.default
    shown = "" if usual in (None, "", (), [], False) or one.required else f"`{usual}`"
    return names, i18n._(one.help or ""), said["needed"] if one.required else shown


# ── inventory


@cache
def inventory_words() -> dict[str, dict[str, str]]:
    """Meaning of the inventory's variables in both languages; for one that is missing the schema's own stands in."""
    read: dict[str, dict[str, str]] = yaml.safe_load((HERE / "inventory.yml").read_text("utf-8"))
    return read


@cache
def inventory_schema() -> dict[str, Any]:
    """The published JSON Schema of the inventory."""
    path = Path(paths.__file__).parent / "inventory" / "schema" / "inventory.json"
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def variables() -> Iterator[tuple[str, dict[str, Any]]]:
    """The variables that an inventory may set, with their schema; what Ansible's own connection has is left out."""
    for name, schema in inventory_schema()["properties"].items():
        if name.startswith("backbone_"):
            yield name, _plain(schema)


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without what stands beside each value: a template (`{{ … }}`), or null."""
    outer = {key: schema[key] for key in ("default", "description") if key in schema}
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null" and not _template(one)]
    return outer | _plain(options[0]) if len(options) == 1 else schema


def _template(schema: Mapping[str, Any]) -> bool:
    return "pattern" in schema and schema["pattern"].startswith("\\{\\{")


def _kind(schema: dict[str, Any]) -> str:
    schema = _plain(schema)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " · ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        inner = _kind(schema["items"]) if isinstance(schema.get("items"), dict) else ""
        return f"[ {inner} … ]"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{{ … : {_kind(schema['additionalProperties'])} }}"
    if "anyOf" in schema:
        return " · ".join(_kind(one) for one in schema["anyOf"])
    if "const" in schema:
        return f"`{schema['const']}`"
    return str(schema.get("type", ""))


def _usual(schema: Mapping[str, Any]) -> str:
    usual = schema.get("default")
    return "" if usual is None or usual in ({}, []) or isinstance(usual, dict) else f"`{json.dumps(usual)}`"


def inventory(language: str) -> str:
    """The variables of the inventory, then the keys of those that are mappings."""
    said, meanings = _HEADINGS[language], inventory_words()
    required = {name.removeprefix("backbone_") for name in _required()}
    rows = []
    for name, schema in variables():
        usual = said["needed"] if name.removeprefix("backbone_") in required else _usual(schema)
        meaning = meanings.get(name, {}).get(language) or schema.get("description", "")
        rows.append((f"`{name}`", meaning, _kind(schema), usual))
    parts = [table([said["name"], said["meaning"], said["kind"], said["usual"]], rows)]
    for name, definition in inventory_schema()["$defs"].items():
        keys = [
            (f"`{key}`", _plain(one).get("description", ""), _kind(one), _usual(_plain(one)))
            for key, one in definition.get("properties", {}).items()
        ]
        parts.append(f"### {name}\n\n{definition.get('description', '')}\n")
        parts.append(table([said["name"], said["meaning"], said["kind"], said["usual"]], keys))
    return "\n".join(parts)


def _required() -> set[str]:
    from provision.inventory.settings import Settings

    return {f"backbone_{name}" for name, field in Settings.model_fields.items() if field.is_required()}


# ── roles


def roles(_language: str) -> str:
    """The public variables of every role, from its argument_specs; they are what the wiring sets."""
    parts = []
    others = {path.parents[1].name for path in paths.roles_dir().glob("*/meta/argument_specs.yml")} - set(NAMES)
    for stage in (*NAMES, *sorted(others)):
        spec = yaml.safe_load((paths.roles_dir() / stage / "meta" / "argument_specs.yml").read_text("utf-8"))
        parts.append(f"## {stage}\n")
        seen: dict[str, list[str]] = {}
        for entry, one in spec["argument_specs"].items():
            text = one.get("description") or []
            rows = _role_rows(one.get("options") or {})
            body = table(["variable", "meaning", "type", "usual"], rows)
            heading = f"**{entry}**: {one['short_description']}.\n"
            told = "\n".join([text] if isinstance(text, str) else text)
            seen.setdefault(body, []).append(heading + ("\n" + told + "\n" if told else ""))
        for body, headings in seen.items():
            parts += [*headings, body]
    return "\n".join(parts)


def _role_rows(options: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str, str, str]]:
    for name, one in options.items():
        kind = one.get("type", "str") + (f" of {one['elements']}" if "elements" in one else "")
        if "choices" in one:
            kind = " · ".join(f"`{choice}`" for choice in one["choices"])
        if one.get("no_log"):
            kind += ", secret"
        usual = "must be set" if one.get("required") else f"`{json.dumps(one['default'])}`" if "default" in one else ""
        told = one.get("description", "")
        yield f"`{before}{name}`", told if isinstance(told, str) else " ".join(told), kind, usual
        yield from _role_rows(one.get("options") or {}, f"{before}{name}.")


# ── controls and metrics


def controls(language: str) -> str:
    """The catalogue: a section a family, an entry a control."""
    i18n.use(language)
    said, parts = _HEADINGS[language], []
    for family in catalogue.load().families:
        parts.append(f"## {family.title.in_language(language)}\n")
        for one in family.controls:
            facts = (
                f"{said['basis']}: {i18n._(words.BASIS[one.basis])} · {said['severity']}: "
                f"{i18n._(words.SEVERITY[one.severity])} · {said['stage']}: {one.stage or said['person']}"
            )
            parts.append(f"### {one.id} {one.title.in_language(language)}\n\n{facts}\n")
            parts.append(f"{said['requirement']}: {one.requirement.in_language(language)}\n")
            parts.append(f"{said['source']}: {one.source.in_language(language)}\n")
            parts.append(f"{said['why']}: {one.why.in_language(language)}\n")
            parts.append(f"{said['repair']}: {one.remedy.in_language(language)}\n")
    return "\n".join(parts)


def metric_table(language: str) -> str:
    """Every metric that something of ours writes."""
    said = _HEADINGS[language]
    rows = [
        (f"`{one.name}`", one.meaning(language), one.unit(language), ", ".join(f"`{label}`" for label in one.labels),
         one.writer(language))
        for one in metrics.load()
    ]  # fmt: skip
    return table([said["name"], said["meaning"], said["unit"], said["labels"], said["writer"]], rows)


MAKERS: dict[str, Callable[[str], str]] = {
    "commands": commands,
    "inventory": inventory,
    "roles": roles,
    "controls": controls,
    "metrics": metric_table,
}
