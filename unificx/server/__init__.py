"""Composition root: settings, container, and the processes of a server."""

from unificx.core.lazy import hide_module, omit_module

omit_module("pydantic.v1")  # 3 MB, which FastAPI would load only to refuse models of it

with hide_module("rich"):  # 5 MB, which structlog would load only to format exceptions on a terminal; we log JSON
    import structlog  # noqa: F401
