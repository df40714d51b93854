"""The API reference: the OpenAPI description as a page, without scripts and requests to other servers."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from unificx.api.pages.layout import page

_TITLE = {"en": "API reference – UnifiCX", "de": "API-Referenz – UnifiCX"}
_CODE = re.compile(r"`([^`]+)`")

router = APIRouter()


@router.get("/api/docs")
async def reference_page(request: Request) -> Response:
    """Return the API reference."""
    state = request.app.state
    if not hasattr(state, "reference"):
        schema = request.app.openapi()
        server = next((each["url"] for each in schema.get("servers", ())), "")
        state.reference = {"operations": _operations(schema, server), "contents": _contents(schema)}
    return page(request, "reference", _TITLE, state.reference)


def _tags(schema: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    return schema.get("tags", ())


def _contents(schema: Mapping[str, Any]) -> str:
    return " ".join(f'<a href="#{_anchor(tag["name"])}">{escape(tag["name"])}</a>' for tag in _tags(schema))


def _operations(schema: Mapping[str, Any], server: str) -> str:
    parts: list[str] = []
    for tag in _tags(schema):
        parts.append(f'<h2 id="{_anchor(tag["name"])}">{escape(tag["name"])}</h2><p>{_text(tag["description"])}</p>')
        parts += (
            _operation(schema, path, method, operation, server)
            for path, operations in schema["paths"].items()
            for method, operation in operations.items()
            if tag["name"] in operation["tags"]
        )
    parts.append('<h2 id="schemas">schemas</h2>')
    parts += (_schema(name, found) for name, found in sorted(schema["components"]["schemas"].items()))
    return "\n".join(parts)


def _operation(schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], server: str) -> str:
    head = f"<code>{method.upper()} {escape(path)}</code> {_text(operation['summary'])}"
    parts = [f"<p>{_text(operation['description'])}</p>"]
    if parameters := operation.get("parameters"):
        parts.append(f"<h4>Parameters</h4><dl>{''.join(map(_parameter, parameters))}</dl>")
    body = operation.get("requestBody", {}).get("content", {})
    if body:
        parts.append(f"<h4>Body</h4><p>{', '.join(_content(each, content) for each, content in body.items())}</p>")
    parts.append(f"<pre><code>{escape(_curl(path, method, operation, server))}</code></pre>")
    answers = "".join(map(_answer, operation["responses"].items()))
    parts.append(f"<h4>Responses</h4><dl>{answers}</dl>")
    return f'<details id="{escape(operation["operationId"])}"><summary>{head}</summary>{"".join(parts)}</details>'


def _parameter(parameter: Mapping[str, Any]) -> str:
    need = ", required" if parameter.get("required") else ""
    kind = f"{parameter['in']}{need}"
    text = _text(parameter.get("description", ""))
    return f"<dt><code>{escape(parameter['name'])}</code> {kind}</dt><dd>{text or _type(parameter['schema'])}</dd>"


def _answer(answer: tuple[str, Mapping[str, Any]]) -> str:
    code, response = answer
    kinds = ", ".join(_content(kind, content) for kind, content in response.get("content", {}).items())
    return f"<dt>{code}</dt><dd>{_text(response.get('description', ''))} {kinds}</dd>"


def _content(kind: str, content: Mapping[str, Any]) -> str:
    found = _type(content.get("schema", {}))
    return found if kind.endswith("json") else f"<code>{escape(kind)}</code>"


def _curl(path: str, method: str, operation: Mapping[str, Any], server: str) -> str:
    """Return the request as a command, with the example of the body."""
    lines = [f"curl -X {method.upper()} '{server}{path}'"]
    if operation.get("security"):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            lines.append(f"-H 'Content-Type: {kind}'")
            lines.append(f"-d {shlex.quote(json.dumps(content.get('example', {}), ensure_ascii=False))}")
        else:
            lines += (f"-H 'Content-Type: {kind}'", "--data-binary @FILE")
        break
    return " \\\n  ".join(lines)


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    rows = "".join(
        f"<dt><code>{escape(field)}</code> {_type(found)}{', required' if field in required else ''}</dt>"
        f"<dd>{_text(found.get('description', ''))}</dd>"
        for field, found in schema.get("properties", {}).items()
    )
    lead = f"<p>{_text(schema.get('description', ''))}</p>"
    values = ", ".join(f"<code>{escape(str(value))}</code>" for value in schema.get("enum", ()))
    text = f"{lead}{f'<p>{values}</p>' if values else ''}<dl>{rows}</dl>"
    return f'<details id="schema-{escape(name)}"><summary>{escape(name)}</summary>{text}</details>'


def _type(schema: Mapping[str, Any]) -> str:
    return " or ".join(dict.fromkeys(_types(schema)))


def _types(schema: Mapping[str, Any]) -> Iterator[str]:
    if reference := schema.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        yield f'<a href="#schema-{name}">{name}</a>'
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _types(each)
    if "enum" in schema:
        yield ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    elif schema.get("type") == "array":
        yield f"list of {_type(schema.get('items', {}))}"
    elif kind := schema.get("type"):
        yield escape(str(kind))


def _text(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _anchor(name: str) -> str:
    return "tag-" + re.sub(r"[^a-z]+", "-", name.lower())
