"""The feature codes of one tenant, and whether two codes can be confused. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.core.value import EMPTY
from unificx.routing.feature_codes import FEATURE_CODES, FEATURES, Feature

CodeKind = Literal["feature", "hours", "app"]
MAX_LENGTH = 7
"""Characters of the longest code."""
_FORM = re.compile(r"[*#]{1,2}[0-9]{1,5}\Z")


@dataclass(frozen=True, slots=True)
class CodeUse:
    """All that is dialled for one purpose: `code` alone, or followed by `least` to `most` digits; none if both are 0.

    The purpose is a feature of this name, the switch of opening hours, or the call app of an installed package.
    """

    kind: CodeKind
    name: str
    code: str
    least: int = 0
    most: int = 0

    @staticmethod
    def of_feature(feature: Feature, code: str) -> "CodeUse":
        """Return what can be dialled for a feature that has this code."""
        least, most = feature.digits
        return CodeUse("feature", feature.name, code, least, most)

    @property
    def text(self) -> Phrase:
        """The code and its purpose, in a sentence."""
        match self.kind:
            case "feature":
                return Phrase("the code {}: {}", self.code, Phrase(FEATURES[self.name].text))
            case "hours":
                return Phrase("the code {} of the opening hours {}", self.code, self.name)
            case "app":
                return Phrase("the code {} of the call app {}", self.code, self.name)

    def shared_with(self, other: "CodeUse") -> str:
        """Return the shortest text that could be dialled for both, "" if there is none."""
        longer, shorter = (self, other) if len(self.code) >= len(other.code) else (other, self)
        rest = longer.code.removeprefix(shorter.code)
        if not longer.code.startswith(shorter.code) or (rest and not rest.isdigit()):
            return ""
        for following in (0, *range(max(longer.least, 1), longer.most + 1)):
            if shorter.takes(len(rest) + following):
                return longer.code + "0" * following
        return ""

    def takes(self, digits: int) -> bool:
        """Return whether so many digits may follow the code."""
        return digits == 0 or self.least <= digits <= self.most


class CodeTable:
    """The feature codes of a tenant, by name; "" for one that is switched off. Those that are not given are the
    default ones."""

    def __init__(self, changed: Mapping[str, str] = EMPTY) -> None:
        self.codes: Mapping[str, str] = {each.name: changed.get(each.name, each.code) for each in FEATURE_CODES}
        self._features = {code: FEATURES[name] for name, code in self.codes.items() if code}

    def match(self, dialled: str) -> tuple[Feature, str] | None:
        """Return the feature that was dialled, and what followed its code: "" for nothing."""
        for end in range(min(len(dialled), MAX_LENGTH), 1, -1):
            feature = self._features.get(dialled[:end])
            if feature is not None:
                argument = feature.read_argument(dialled[end:])
                if argument is not None:
                    return feature, argument
        return None

    def uses(self) -> Iterable[CodeUse]:
        """Return what can be dialled for each feature that is not switched off."""
        return [CodeUse.of_feature(FEATURES[name], code) for name, code in self.codes.items() if code]


DEFAULT_CODES = CodeTable()
"""The codes of a tenant that has changed none."""


class CodeTables:
    """The codes of all tenants, in memory."""

    def __init__(self) -> None:
        # Owner: the database. A copy of this node, of the tenants that have changed a code.
        self._tables: dict[str, CodeTable] = {}

    def of(self, tenant_id: str) -> CodeTable:
        """Return the codes of a tenant."""
        return self._tables.get(tenant_id, DEFAULT_CODES)

    def code(self, tenant_id: str, name: str) -> str:
        """Return the code of a feature, "" if it is switched off."""
        return self.of(tenant_id).codes[name]

    def put(self, tenant_id: str, changed: Mapping[str, str]) -> None:
        """Replace the codes that a tenant has changed."""
        if changed:
            self._tables[tenant_id] = CodeTable(changed)
        else:
            self._tables.pop(tenant_id, None)


def check_form(code: str) -> None:
    """Check the form of a feature code. Raises Invalid."""
    if not _FORM.match(code):
        raise Invalid(
            "A feature code is * or # and one to five digits, such as *70, ##6 or #21.",
            field="code",
            hint="It never has the form of an extension, an emergency number or a number outside.",
        )
