"""Block and allow lists of tenants and of extensions."""

from functools import partial

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import Page, PageById, lock_scope
from unificx.routing.outbound import repository
from unificx.routing.outbound.numbers import PublicNumber, normalise
from unificx.routing.outbound.patterns import parse_pattern
from unificx.routing.outbound.schemas import Block, BlockDirection
from unificx.routing.outbound.store import OutboundDependencies, OutboundStore

MAX_ENTRIES = 5_000
"""Entries of one list."""
NOTE_LENGTH = 200


class BlockService:
    """All block and allow lists of the installation, served from memory."""

    def __init__(self, deps: OutboundDependencies, store: OutboundStore) -> None:
        self._deps = deps
        self._store = store

    def find(self, tenant_id: str, reference: str) -> Block:
        """Return an entry by id. Raises NotFound."""
        found = self._store.blocks.get(reference)
        if found is None or found.tenant_id != tenant_id:
            raise NotFound("Entry not found.")
        return found

    def list(
        self, tenant_id: str, extension_id: str | None, cursor: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """Return a page of the list of an extension, "" for that of the tenant, None for all. Raises Invalid."""
        held = (one for one in self._store.blocks.values() if one.tenant_id == tenant_id)
        wanted = [one for one in held if extension_id is None or one.extension_id == extension_id]
        return PageById.parse(cursor, limit).of_list(wanted, lambda block: block.id)

    async def create(
        self,
        tenant_id: str,
        number: str,
        *,
        extension_id: str = "",
        direction: BlockDirection = "in",
        allows: bool = False,
        note: str = "",
    ) -> Block:
        """Add a number or a pattern of numbers in E.164. Raises Invalid; Conflict if the list has it already."""
        if len(note) > NOTE_LENGTH:
            raise Invalid(Phrase("A note has up to {} characters.", NOTE_LENGTH), field="note")
        pattern = self._pattern(tenant_id, number)
        block = Block(
            self._deps.clock.new_id(),
            tenant_id,
            extension_id,
            direction,
            allows,
            self._deps.clock.now(),
            pattern,
            note,
        )
        async with self._deps.database.begin() as uow:
            await lock_scope(uow.session, "number blocks", tenant_id, extension_id)
            stored = await repository.blocks_of(uow.session, self._deps.keys, tenant_id, extension_id)
            held = [one for one in stored if one.direction == direction]
            if len(held) >= MAX_ENTRIES:
                raise Conflict(Phrase("A list has at most {} entries.", MAX_ENTRIES))
            if any(one.pattern == pattern for one in held):
                raise Conflict("The list has this number already.", hint="Change or delete that entry.", field="number")
            await repository.insert_block(uow.session, self._deps.keys, block)
            uow.after_commit.append(partial(self._put, block))
        return block

    async def delete(self, block: Block) -> None:
        """Remove an entry."""
        async with self._deps.database.begin() as uow:
            await repository.delete_block(uow.session, block.tenant_id, block.id)
            uow.after_commit.append(partial(self._store.blocks.pop, block.id, None))
            uow.after_commit.append(partial(self._store.changed, block.tenant_id))

    def _put(self, block: Block) -> None:
        self._store.blocks[block.id] = block
        self._store.changed(block.tenant_id)

    def _pattern(self, tenant_id: str, text: str) -> str:
        """Return a number in E.164, or a pattern of such numbers. Raises Invalid."""
        number = normalise(text, self._store.country(tenant_id))
        if isinstance(number, PublicNumber):
            return number.e164
        pattern = parse_pattern(text, "number").text
        if pattern[0] != "+":
            raise Invalid(
                "This is not a telephone number.", field="number", hint="Write +49301234567, or +4930. for all."
            )
        return pattern
