"""Purpose, actor and tenant of the work in progress, stated once at the boundary where the work begins.

A boundary is an HTTP route, a handler of events, a job or the SIP server. Everything called from there reads the
statement from the context, so a query cannot choose a purpose of its own. Work that states nothing may not open
personal data.
"""

from collections.abc import Callable, Generator, Set
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field, replace

from unificx.core.personal import VOCABULARY

ANONYMOUS = "anonymous"
"""Actor of a request without authentication."""
OPERATOR = "operator"
"""Actor of a request on the control socket."""


class NoPurpose(RuntimeError):
    """Personal data would be opened by work that has stated no purpose."""


Witness = Callable[["Access", str, str, Set[str]], None]
"""Called with access, table, tenant and subjects whenever a part is opened."""


@dataclass(frozen=True, slots=True)
class Access:
    """Purpose for which personal data is opened, with the actor.

    `actor` is the id of a person, ANONYMOUS, OPERATOR or the name of a job; `tenant` is the id of the actor's tenant,
    "" for none. `witness` notes what is opened by those who look at data of others.

    Raise InvalidDeclaration for a purpose that is not in the vocabulary.
    """

    purpose: str
    actor: str
    tenant: str = ""
    witness: Witness | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        VOCABULARY.require("purpose", VOCABULARY.purposes, self.purpose)

    def to(self, purpose: str) -> "Access":
        """Return the access of the same actor for another purpose, such as a proof of identity within a change."""
        return replace(self, purpose=purpose)

    def allows(self, uses: Set[str]) -> bool:
        """Return whether data declared for these purposes may be opened."""
        return self.purpose in uses


SIP_ACCESS = Access("telephony", "sip")
"""Access of the SIP server, for messages from phones and browsers."""


def watch_access(witness: Witness) -> None:
    """Let `witness` note what the rest of this task opens."""
    if (access := _current.get()) is not None:
        _current.set(replace(access, witness=witness))


_current: ContextVar[Access | None] = ContextVar("access", default=None)


def current_access() -> Access:
    """Return what the boundary has stated. Raise NoPurpose if it has stated nothing."""
    if (access := _current.get()) is None:
        raise NoPurpose("state a purpose where the work begins: see unificx/privacy/README.md")
    return access


def stated_access() -> Access | None:
    """Return what the boundary has stated, None if nothing."""
    return _current.get()


def state_access(access: Access) -> None:
    """State the access of the rest of this task, which must be a boundary that ends with it, such as a request."""
    _current.set(access)


@contextmanager
def stating(access: Access | None) -> Generator[None]:
    """State the access of a block; None withdraws what was stated outside."""
    before = _current.set(access)
    try:
        yield
    finally:
        _current.reset(before)


def context_stating(access: Access | None) -> Context:
    """Return a copy of the context that states this access, for a task or timer of its own."""
    context = copy_context()
    context.run(_current.set, access)
    return context
