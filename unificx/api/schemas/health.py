"""Schemas of liveness and readiness."""

from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Output, Schema


class Health(Schema):
    """This process is alive."""

    status: Literal["ok"]
    version: str


class Part(Output):
    """One component of the installation."""

    name: str
    ok: bool
    why: str = Field(description="The problem and its remedy. Only for requests from this machine and for operators.")


class Readiness(Schema):
    """Whether all components are ready."""

    ready: bool
    parts: list[Part]
