"""Turns what the schema refuses into sentences: the path, what is wrong, and what to write instead."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from provision.i18n import _, joined
from provision.inventory.fields import Wrong
from provision.inventory.raw import Path_


def nearest(name: str, known: typing.Iterable[str]) -> str:
    """The known name that a misspelt one probably means; "" when none is near."""
    near = difflib.get_close_matches(name, list(known), 1, 0.75)
    return near[0] if near else ""


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in typing.get_args(annotation):
        if found := _model_in(part):
            return found
    return None


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel]:
    """The model that the last name of `path` belongs to."""
    for part in path[:-1]:
        if isinstance(part, str):
            field = model.model_fields.get(part)
            model = (_model_in(field.annotation) if field else None) or model
    return model


def _number(error: ErrorDetails) -> tuple[str, str]:
    bound = error["ctx"]
    limit = bound.get("ge", bound.get("le", bound.get("gt", bound.get("lt"))))
    low = "ge" in bound or "gt" in bound
    text = _("{value} is too small") if low else _("{value} is too large")
    allowed = _("at least {limit}") if low else _("at most {limit}")
    return text.format(value=error["input"]), allowed.format(limit=limit)


def sentence(error: ErrorDetails, prefix: str, model: type[BaseModel], written: str) -> tuple[str, str]:
    """(what is wrong, repair) for one refusal. `written`: the scalar as it stands in the file."""
    kind, given = error["type"], error["input"]
    last = error["loc"][-1] if error["loc"] else ""
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, Wrong):
        return raised.message, raised.repair
    if kind == "extra_forbidden":
        owner = _model_at(model, error["loc"])
        top = prefix if len(error["loc"]) == 1 else ""
        near = nearest(str(last), _names(owner))
        if near:
            return _("there is no such key"), _("did you mean {name}?").format(name=top + near)
        names = ", ".join(top + name for name in _names(owner))
        return _("there is no such key"), _("remove it; there are {names}").format(names=names)
    if kind == "missing":
        return _("is missing"), _("add it")
    if kind == "string_type":
        if isinstance(given, (int, float)):
            return (
                _("{value} is read as a number or a yes/no, text is expected").format(value=written or given),
                _('write it in quotes: "{value}"').format(value=written or given),
            )
        return _("text is expected"), ""
    if kind in ("bool_type", "bool_parsing"):
        return _("true or false is expected"), _("write true or false, without quotes")
    if kind in ("int_type", "int_parsing", "int_from_float"):
        return _("a whole number is expected"), _("write it without quotes and without a fraction")
    if kind in ("tuple_type", "list_type"):
        return _("a list is expected"), _("write [a, b], or one `- item` a line")
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return _("a mapping is expected"), _("write `key: value` pairs below it")
    if kind == "literal_error":
        near = nearest(str(given), [one.strip("'") for one in _choices(error)])
        meant = _("did you mean {name}?").format(name=near) if near else ""
        listed = _("write one of: {names}").format(names=", ".join(_choices(error)))
        return _("{value} is not a choice").format(value=given), joined(" ", filter(None, (meant, listed)))
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        return _number(error)
    if kind == "too_short":
        return _("the list is empty, at least one entry is needed"), _("add one")
    if kind == "string_too_short":
        return _("is empty"), _("fill it in, or remove the key")
    if kind.startswith("date"):
        return _("not a day"), _('write "YYYY-MM-DD"')
    if kind == "string_pattern_mismatch":
        return _("{value} has characters that are not allowed here").format(value=given), _(
            "letters without accents, digits, - and _"
        )
    return str(error["msg"]), ""


def _choices(error: ErrorDetails) -> list[str]:
    expected = str(error.get("ctx", {}).get("expected", ""))
    return [one.strip().strip("'") for one in expected.replace(" or ", ", ").split(",") if one.strip()]


def _telling(errors: list[ErrorDetails], model: type[BaseModel]) -> list[ErrorDetails]:
    """Without the refusals that only follow from others.

    A list whose entries were refused counts as empty, and a misspelt key leaves the right one missing.
    """
    meant = {
        (*error["loc"][:-1], nearest(str(error["loc"][-1]), _names(_model_at(model, error["loc"]))))
        for error in errors
        if error["type"] == "extra_forbidden"
    }

    def follows(error: ErrorDetails) -> bool:
        loc = error["loc"]
        if error["type"] == "too_short":
            return any(len(one["loc"]) > len(loc) and one["loc"][: len(loc)] == loc for one in errors)
        return error["type"] == "missing" and loc in meant

    return [error for error in errors if not follows(error)]


def explained(
    fault: ValidationError, prefix: str, model: type[BaseModel], written: Callable[[Path_], str]
) -> Iterator[tuple[Path_, str, str]]:
    """Each refusal as (path, message, repair); `prefix` goes before the first name of the path."""
    for error in _telling(fault.errors(include_url=False), model):
        loc = error["loc"]
        path: Path_ = (f"{prefix}{loc[0]}", *loc[1:]) if loc and isinstance(loc[0], str) else tuple(loc)
        message, repair = sentence(error, prefix, model, written(path))
        yield path, message, repair
