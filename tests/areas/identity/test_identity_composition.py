"""Identity services get every collaborator as a constructor argument without a default."""

import dataclasses
import inspect
from typing import get_type_hints

from unificx.identity import Identity
from unificx.identity.first_factor import FirstFactor


def test_no_collaborator_of_a_service_can_be_left_out() -> None:
    hints = get_type_hints(Identity)
    services = [hints[field.name] for field in dataclasses.fields(Identity) if field.name != "background"]
    assert len(services) > 15
    for service in (*services, FirstFactor):
        parameters = [*inspect.signature(service).parameters.values()]
        assert parameters
        optional = [each.name for each in parameters if each.default is not inspect.Parameter.empty]
        assert not optional, f"{service.__name__}: {optional}"
