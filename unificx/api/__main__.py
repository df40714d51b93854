"""Print the OpenAPI document of the API. The client is generated from it."""

import json
import sys
from typing import cast

from prometheus_client import CollectorRegistry

from unificx.api.app import build
from unificx.api.services import PublicAddress, Services
from unificx.core.clock import SystemClock


class _NoServices:
    """Stand-in for `Services`: the OpenAPI document depends on the routes only."""

    clock = SystemClock()
    metrics = CollectorRegistry()
    public_address = PublicAddress()

    def __getattr__(self, name: str) -> object:
        return self


json.dump(build(cast(Services, _NoServices())).openapi(), sys.stdout, indent=1, sort_keys=True)
