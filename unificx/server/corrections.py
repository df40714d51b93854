"""Changed names are carried into the records that have a copy of them, a page of rows at a time. Handlers of the
outbox."""

import json

from unificx.core.errors import NotFound
from unificx.db import UnitOfWork
from unificx.identity.events import NameChanged
from unificx.privacy import Names, copies_of_names, correct_page
from unificx.privacy.events import CopiesOutdated
from unificx.server.container import Container


def connect_corrections(container: Container) -> None:
    """Carry changed names into all copies. To be called before the outbox starts."""
    clock, keys = container.clock, container.keys

    async def on_name_changed(event: NameChanged, uow: UnitOfWork) -> None:
        for table in copies_of_names():
            uow.publish(CopiesOutdated(clock.new_id(), event.tenant, event.subject, event.person_id, table))

    async def on_copies_outdated(event: CopiesOutdated, uow: UnitOfWork) -> None:
        names = await _present_names(container, event)
        copies, after = copies_of_names().get(event.table), json.loads(event.after) if event.after else None
        if names is None or copies is None:
            return
        last = await correct_page(uow.session, keys, copies, (event.tenant, event.subject), names, after=after)
        if last is not None:
            about = (event.tenant, event.subject, event.person_id, event.table)
            uow.publish(CopiesOutdated(clock.new_id(), *about, json.dumps(last)))

    container.outbox.subscribe(NameChanged, on_name_changed)
    container.outbox.subscribe(CopiesOutdated, on_copies_outdated, purpose="requests")


async def _present_names(container: Container, event: CopiesOutdated) -> Names | None:
    """Return the names that the subject has now, None if it has none any more. Without an account and an extension it
    is the name of its latest correction."""
    own = [each for each in container.identity.directory.extensions(event.tenant) if each.subject == event.subject]
    by_number = {each.number: each.name for each in own}
    if not event.person_id:
        name = own[0].name if own else await container.rights.corrections.present_name(event.tenant, event.subject)
        return Names(name, by_number) if name else None
    try:
        person = await container.rights.accounts.get(event.tenant, event.person_id)
    except NotFound:
        return None
    return Names(person.name, by_number)
