"""What people see of their colleagues."""

from unificx.web.models.core import Output


class Colleague(Output):
    """An extension as everybody in the organisation may see it."""

    id: str
    name: str
    number: str
