"""References to destinations, as users write them and as rows store them: `kind:name`."""

import re
from dataclasses import dataclass, field
from typing import Any

from unificx.core.errors import Invalid
from unificx.core.personal import personal

_REFERENCE = re.compile(r"([a-z][a-z_]{0,31})(?::([^\s:](?:[^\n\r]{0,98}[^\s])?))?\Z")


@dataclass(frozen=True, slots=True)
class DestinationRef:
    """A destination of a tenant, such as `group:6000`. The name of an extension, room, mailbox, group, queue or menu is
    its number, that of an outside number is in E.164; "" for a kind without names. `str()` returns the text form."""

    kind: str
    name: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str, field: str = "destination") -> "DestinationRef":
        """Read the text form. Raises Invalid that names `field`. Whether the destination exists is not checked."""
        found = _REFERENCE.match(text.strip())
        if found is None:
            raise Invalid(
                "This is not a destination.",
                field=field,
                hint="Write kind:name, such as extension:1001 or mailbox:1001, or hangup.",
            )
        return cls(found[1], found[2] or "")

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


HANG_UP = DestinationRef("hangup")


def sealed_destination() -> Any:
    """Declare a field of a sealed part that holds a destination in text form: it may be the number of a person
    outside."""
    return personal(
        "user.contact.phone_number",
        uses=("telephony", "administration"),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=True,
    )
