"""Prints the interface's OpenAPI document: what the client is generated from."""

import json
import sys
from typing import cast

from prometheus_client import CollectorRegistry

from unificx.kernel.clock import SystemClock
from unificx.web.app import build
from unificx.web.services import Services


class _Described:
    """Services nobody asks anything of: the description needs the routes alone."""

    clock = SystemClock()
    metrics = CollectorRegistry()

    def __getattr__(self, name: str) -> object:
        return self


json.dump(build(cast(Services, _Described())).openapi(), sys.stdout, indent=1, sort_keys=True)
