"""Settings of common carriers: one data file each in `carriers/`, named as the template is."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from unificx.trunks.schemas import Template, TrunkOptions


@cache
def load_templates() -> Mapping[str, Template]:
    """Return the templates by name, in alphabetical order."""
    folder = files("unificx.trunks").joinpath("carriers")
    found: dict[str, Template] = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        name, dot, ending = file.name.rpartition(".")
        if dot and ending == "json":
            content = json.loads(file.read_text("utf-8"))
            accept_from = tuple(content.pop("accept_from"))
            options = TrunkOptions(**content.pop("options"))
            found[name] = Template(name=name, accept_from=accept_from, options=options, **content)
    return found
