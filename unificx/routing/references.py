"""References to destinations, as users write them and as rows store them: `kind:name`."""

import re
from dataclasses import dataclass, field
from typing import Any

from unificx.core.errors import Invalid
from unificx.core.personal import personal

_WITH_PRIORITY = re.compile(r"([0-9]{2,8})/([0-9])\Z")
_REFERENCE = re.compile(r"([a-z][a-z_]{0,31})(?::([^\s:](?:[^\n\r]{0,98}[^\s])?))?\Z")


@dataclass(frozen=True, slots=True)
class DestinationRef:
    """A destination of a tenant, such as `group:6000`. The name of an extension, room, mailbox, group, queue or menu is
    its number, that of an outside number is in E.164; "" for a kind without names. `str()` returns the text form.

    A queue may have the priority of the calls that come this way, 0 to 9, after its number: `queue:6500/5`.
    """

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
        kind, name = found[1], found[2] or ""
        if kind == "queue" and "/" in name:
            number, priority = split_priority(name)
            if not number:
                hint = "Write it after the number, such as queue:6500/5."
                raise Invalid("The priority in a queue is 0 to 9.", field=field, hint=hint)
            name = f"{number}/{priority}" if priority else number
        return cls(kind, name)

    @property
    def target(self) -> "DestinationRef":
        """The destination without the priority of the calls that come this way."""
        return DestinationRef(self.kind, split_priority(self.name)[0]) if self.has_priority else self

    @property
    def has_priority(self) -> bool:
        """Whether calls that come this way enter a queue with a priority of their own."""
        return self.kind == "queue" and "/" in self.name

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


def split_priority(name: str) -> tuple[str, int]:
    """Return number and priority of a queue as its references name it; ("", 0) for an invalid one."""
    found = _WITH_PRIORITY.match(name if "/" in name else f"{name}/0")
    return (found[1], int(found[2])) if found else ("", 0)


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
