"""Names of a tenant's objects, such as rooms, queues and menus."""

from unificx.core.errors import Invalid

MAX_NAME_LENGTH = 100


def check_name(text: str) -> str:
    """Return the stripped name. Raises Invalid."""
    stripped = text.strip()
    if not 1 <= len(stripped) <= MAX_NAME_LENGTH or not stripped.isprintable():
        raise Invalid(f"The name must have 1 to {MAX_NAME_LENGTH} printable characters.", field="name")
    return stripped
