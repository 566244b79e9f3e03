"""The scenario language as JSON Schema, so that editors complete keys, show their meaning and mark slips.

It says what stands where and how quantities are written; names that must exist, sums of shares and files are
left to `check`.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.core.clock import DURATION, WORKING_TIME
from sim.models.base import Record
from sim.models.scenario import Scenario
from sim.models.workflow import STEP_KINDS

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""The newest that editors commonly know."""

_STEPS: Final = tuple(kind.__name__ for kind in STEP_KINDS.values())
_ONE_OF: Final = {
    "Arrivals": ("per_day", "trace"),
    "RosterPattern": ("daily", "working_days", "weekly", "cycle"),
}
"""Records that say exactly one of some keys."""

_TEXT_FORMS: Final = ("Trace", "Holidays", "InitialBacklog", "GeneratedRosters")
"""Records whose commonest form is a text: the path of a file, the code of a place, a word."""

_LIST_FORMS: Final = {"InitialBacklog": "counts"}
"""Of these, records that may be written as the list of one of their keys."""

_LEFT_OVER: Final = ("ge", "gt", "le", "lt")
"""Bounds on seconds, which a pattern cannot say."""

_PART: Final = "Part"
"""Ending of the name of a record as it stands in a file that extends another one: any key may be left out."""


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 7) of a scenario file, or of one that extends another."""
    schema = Scenario.model_json_schema(schema_generator=_Written)
    records: dict[str, Any] = schema.pop("$defs")
    records["Scenario"] = schema
    classes = {each.__name__: each for each in _classes()}
    for name, record in records.items():
        _describe(record, classes[name.partition("_")[0]])
    for name in _STEPS:
        del records[name]["properties"]["name"]
        records[name]["required"].remove("name")
    for name, keys in _ONE_OF.items():
        records[name]["oneOf"] = [{"required": [key]} for key in keys]
    records = {name: _bare(record, records) for name, record in records.items() if not _is_bare(name)}
    for steps in (records["Scenario"]["properties"]["workflow"], records["DetourStep"]["properties"]["steps"]):
        steps["items"] = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "propertyNames": records["Scenario"]["properties"]["teams"]["propertyNames"],
            "additionalProperties": steps["items"],
        }
    parts = {f"{name}{_PART}": _part(record) for name, record in records.items() if name not in _STEPS}
    parts[f"Scenario{_PART}"]["properties"]["extends"] = {
        "type": "string",
        "description": "Path of the scenario below this one, relative to this file. Mappings merge deeply, lists and "
        "scalars replace, null removes a key.",
    }
    return {
        "$schema": _DIALECT,
        "title": "lettersim scenario",
        "if": {"type": "object", "required": ["extends"]},
        "then": {"$ref": f"#/$defs/Scenario{_PART}"},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": records | parts,
    }


def _classes(of: type[Record] = Record) -> Iterator[type[Record]]:
    for record in of.__subclasses__():
        if "[" not in record.__name__:  # no form of a generic one
            yield record
            yield from _classes(record)


def _describe(schema: dict[str, Any], record: type[Record]) -> None:
    """Add what the docstrings below a record's attributes say, and their defaults as people write them."""
    optional = any(not field.is_required() for field in record.model_fields.values())
    without: Any = (
        record.model_construct().model_dump(mode="json", by_alias=True, exclude_none=True) if optional else {}
    )
    if not isinstance(without, dict):  # one that is written bare
        without = {}
    for key, field in record.model_fields.items():
        written = schema["properties"].get(field.alias or key)
        if written is not None and "default" in written and (field.alias or key) in without:
            written["default"] = without[field.alias or key]
        texts = [docs[key] for docs in map(_docstrings, record.__mro__) if key in docs]
        if written is not None and texts:
            written.setdefault("description", texts[0])


@cache
def _docstrings(record: type) -> dict[str, str]:
    """The texts below the attributes of a class, by attribute."""
    # Pydantic can read them too, but does it for every class whenever the program starts.
    if not issubclass(record, Record) or "[" in record.__name__:
        return {}
    (written,) = ast.parse(dedent(inspect.getsource(record))).body
    assert isinstance(written, ast.ClassDef), "the source of a class"
    return {
        attribute.target.id: inspect.cleandoc(below.value.value)
        for attribute, below in pairwise(written.body)
        if isinstance(attribute, ast.AnnAssign)
        and isinstance(attribute.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


class _Written(GenerateJsonSchema):
    """What people write: a key that may be left out is not null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        return {key: value for key, value in written.items() if key != "default" or value is not None}


def _is_bare(name: str) -> bool:
    return name in ("Constant", "WorkingTime") or name.startswith("PerCategory_")


def _bare(schema: Any, records: dict[str, Any]) -> Any:
    """A schema in which records with a bare form are written out, with that form."""
    if isinstance(schema, list):
        return [_bare(each, records) for each in schema]
    if not isinstance(schema, dict):
        return schema
    named = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if named == "Constant":
        return _bare(records[named]["properties"]["constant"], records)
    if named == "WorkingTime":
        return _in_working_time(records[named]["properties"]["distribution"], records)
    if named in _TEXT_FORMS:
        forms = [{"type": "string"}, {"$ref": schema["$ref"]}]
        if named in _LIST_FORMS:
            forms.append(_bare(records[named]["properties"][_LIST_FORMS[named]], records))
        return {**{key: value for key, value in schema.items() if key != "$ref"}, "anyOf": forms}
    if named.startswith("PerCategory_"):
        values = _bare(records[named]["properties"]["per_category"], records)
        del values["default"]
        full = {
            "type": "object",
            "properties": {"per_category": values, "per_channel": values},
            "minProperties": 1,
            "additionalProperties": False,
        }
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**rest, "anyOf": [values["additionalProperties"], full]}
    kept = {key: value for key, value in schema.items() if key not in _LEFT_OVER and not _is_title(key, value)}
    if "patternProperties" in kept:
        ((pattern, values),) = kept.pop("patternProperties").items()
        kept |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
    alternatives = kept.pop("oneOf", None)
    # Of the alternatives only one fits anyway, and anyOf gives the plainer message.
    if alternatives is not None:
        kept["oneOf" if "required" in alternatives[0] else "anyOf"] = alternatives
    return {key: _bare(value, records) for key, value in kept.items()}


def _in_working_time(schema: Any, records: dict[str, Any]) -> Any:
    """A schema of durations as one of durations in working time, with the records that it refers to written out."""
    schema = _bare(schema, records)
    if isinstance(schema, list):
        return [_in_working_time(each, records) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _in_working_time(records[schema["$ref"].removeprefix("#/$defs/")], records)
    written = {key: _in_working_time(value, records) for key, value in schema.items() if key != "title"}
    return {**written, "pattern": WORKING_TIME} if schema.get("pattern") == DURATION else written


def _is_title(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str)


def _part(schema: Any) -> Any:
    """A schema of which any key may be left out, or be null; entries of lists are whole."""
    if isinstance(schema, list):
        return [_part(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    part = {}
    for key, value in schema.items():
        if key in ("required", "minProperties") or (key == "oneOf" and "required" in value[0]):
            continue
        if key == "items":
            part[key] = value
        elif key == "$ref":
            part[key] = f"{value}{_PART}"
        elif key == "properties":
            part[key] = {name: _or_null(_part(each)) for name, each in value.items()}
        elif key == "additionalProperties" and isinstance(value, dict):
            part[key] = _or_null(_part(value))
        else:
            part[key] = _part(value)
    return part


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    described = {key: value for key, value in schema.items() if key == "description"}
    return {**described, "anyOf": [schema, {"type": "null"}]}
