"""JSON Schemas of an access copy. Only those that access copies use are accepted: a closed list of keywords, without
patterns, addresses or references that could keep a reader busy or send it elsewhere."""

from collections.abc import Mapping
from typing import Any, cast

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.privacy import DRAFT

_HEAD = {"$schema", "title", "type", "$defs", "items"}
_TEXTS = ("title", "description")
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_FORMATS = ("date", "date-time")
_DEFINITION = "#/$defs/"
_MAX_DEPTH = 12


class RecordSchema:
    """The schema of one kind of records. Raise Invalid, which names the file `path`, for a foreign one."""

    def __init__(self, path: str, schema: object) -> None:
        self._path = path
        import jsonschema_rs  # several megabytes

        if not isinstance(schema, dict) or not schema.keys() <= _HEAD or schema.get("$schema") != DRAFT:
            raise self._foreign()
        head = cast("dict[str, Any]", schema)
        definitions, items = head.get("$defs", {}), head.get("items")
        if head.get("type") != "array" or not isinstance(items, dict) or not isinstance(definitions, dict):
            raise self._foreign()
        for each in definitions.values():
            self._check(each, (), _MAX_DEPTH)  # no references: they could lead in a circle
        self._check(items, tuple(definitions), _MAX_DEPTH)
        if items.get("type") != "object" or items.get("additionalProperties") is not False:
            raise self._foreign()
        try:
            record = {"$schema": DRAFT, "$defs": definitions, **items}
            self._validator = jsonschema_rs.Draft202012Validator(record, validate_formats=True)
        except (ValueError, TypeError):
            raise self._foreign() from None

    def accepts(self, record: object) -> bool:
        return self._validator.is_valid(record)

    def _check(self, schema: object, definitions: tuple[str, ...], depth: int) -> None:
        if schema is True or schema is False:
            return
        if not isinstance(schema, dict) or not depth:
            raise self._foreign()
        for keyword, value in cast("Mapping[str, Any]", schema).items():
            if keyword in _TEXTS:
                known = isinstance(value, str)
            elif keyword == "type":
                known = value in _TYPES
            elif keyword == "format":
                known = value in _FORMATS
            elif keyword == "$ref":
                known = isinstance(value, str) and value.removeprefix(_DEFINITION) in definitions
            elif keyword == "required":
                known = isinstance(value, list)
            else:
                known = self._check_inner(keyword, value, definitions, depth - 1)
            if not known:
                raise self._foreign()

    def _check_inner(self, keyword: str, value: Any, definitions: tuple[str, ...], depth: int) -> bool:
        if keyword in ("items", "additionalProperties"):
            inner = [value]
        elif keyword == "properties" and isinstance(value, dict):
            inner = list(value.values())
        elif keyword == "anyOf" and isinstance(value, list):
            inner = value
        else:
            return False
        for each in inner:
            self._check(each, definitions, depth)
        return True

    def _foreign(self) -> Invalid:
        return Invalid(Phrase("{} in the access copy is not a schema that access copies use.", self._path))
