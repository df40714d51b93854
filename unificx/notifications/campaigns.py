"""Campaigns: advertising of a tenant to those of its people who have agreed to it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from unificx.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from unificx.core.phrases import Phrase
from unificx.db import Database, lock_scope
from unificx.identity import Identity, Language, Person
from unificx.notifications import campaign_repository as repository
from unificx.notifications.advertising import Advertising
from unificx.notifications.email_queue import EmailQueue
from unificx.notifications.models import CampaignRow
from unificx.notifications.schemas import (
    Campaign,
    CampaignAudience,
    CampaignObstacle,
    CampaignProgress,
    CampaignText,
)

MAX_CAMPAIGNS = 500
"""Stored ones per tenant."""
MAX_RECIPIENTS = 20_000
MAX_PER_DAY = 3
"""Campaigns that a tenant may send within 24 hours."""
INTERVAL = timedelta(milliseconds=500)
"""Time between two e-mails of a campaign: a mail server must not take it for an attack, and notices go in between."""
_DAY = timedelta(days=1)
_PAGE = 200


class Campaigns:
    """Campaigns of all tenants. Without a mail server none can be sent."""

    def __init__(self, database: Database, identity: Identity, emails: EmailQueue, advertising: Advertising) -> None:
        self._database = database
        self._clock = database.clock
        self._identity = identity
        self._emails = emails
        self._advertising = advertising

    async def create(self, tenant_id: str, author: str, texts: Mapping[Language, CampaignText]) -> Campaign:
        """Store a draft. `author`: id of the person, "" for the operator. Raises Invalid, Conflict."""
        _require_text(texts)
        row = CampaignRow(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            created=self._clock.now(),
            author=author,
            sent=None,
            recipients=0,
            delivered=0,
            failed=0,
            complained=0,
            unsubscribed=0,
            **_columns(texts),
        )
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "campaigns", tenant_id)
            if await repository.count_campaigns(uow.session, tenant_id) >= MAX_CAMPAIGNS:
                raise Conflict("There are too many campaigns.", hint="Delete old ones.")
            uow.session.add(row)
        return _campaign(row)

    async def change(self, tenant_id: str, campaign_id: str, texts: Mapping[Language, CampaignText]) -> Campaign:
        """Replace the texts of a draft. Raise Invalid, NotFound; Conflict if it was sent."""
        _require_text(texts)
        async with self._database.begin() as uow:
            changed = await repository.change_draft(uow.session, tenant_id, campaign_id, _columns(texts))
        found = await self.get(tenant_id, campaign_id)
        if not changed:
            raise Conflict("This campaign was sent already.", hint="Create a new one.")
        return found

    async def of_tenant(self, tenant_id: str) -> Sequence[Campaign]:
        """Return the campaigns of a tenant, newest first."""
        async with self._database.read() as session:
            rows = await repository.campaigns(session, tenant_id)
            progress = await repository.progress(session, tenant_id)
        return [_campaign(row, progress.get(row.id)) for row in rows]

    async def get(self, tenant_id: str, campaign_id: str) -> Campaign:
        """Return a campaign. Raises NotFound."""
        async with self._database.read() as session:
            row = await repository.campaign(session, tenant_id, campaign_id)
            progress = await repository.progress(session, tenant_id)
        if row is None:
            raise NotFound("There is no such campaign.")
        return _campaign(row, progress.get(row.id))

    async def delete(self, tenant_id: str, campaign_id: str) -> None:
        """Delete a campaign with its waiting e-mails, which ends it. Raises NotFound."""
        await self.get(tenant_id, campaign_id)
        async with self._database.begin() as uow:
            await repository.delete_campaign(uow.session, tenant_id, campaign_id)

    async def send(self, tenant_id: str, campaign_id: str, link: Callable[[str], str]) -> Campaign:
        """Queue the e-mails of a draft, one for each person who has agreed. `link` builds the URL from a proof.

        The consent is checked again when each e-mail is sent. Raises NotFound; Conflict without a mail server or an
        https address, or if it was sent already; TooManyRequests."""
        await self.get(tenant_id, campaign_id)
        if not self._emails.can_send:
            raise Conflict("Without a mail server no campaign can be sent.", hint="Set UNIFICX_SMTP.")
        if not link("").startswith("https://"):  # RFC 8058 section 3.1
            raise Conflict("The link to unsubscribe needs a public https address.", hint="Set UNIFICX_PUBLIC_URL.")
        people, _ = await self._recipients(tenant_id)
        now = self._clock.now()
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "campaigns", tenant_id)
            recent = await repository.last_sent(uow.session, tenant_id, now - _DAY)
            if len(recent) >= MAX_PER_DAY:
                retry_after = (recent[-MAX_PER_DAY] + _DAY - now).total_seconds()
                raise TooManyRequests("At most three campaigns a day may be sent.", retry_after=retry_after)
            if not await repository.mark_sent(uow.session, tenant_id, campaign_id, now, len(people)):
                raise Conflict("This campaign was sent already.", hint="Create a new one.")
            # From now on the texts do not change; they may have while the people were found.
            texts = repository.texts_of(await repository.campaign(uow.session, tenant_id, campaign_id))
            for index, person in enumerate(people):
                language = self._identity.directory.language(tenant_id, person.id)
                chosen: Language = language if language in texts else next(iter(texts))
                url = link(self._advertising.proof(person))
                due = now + index * INTERVAL
                self._emails.enqueue_campaign(uow, person, campaign_id, chosen, link=url, due=due)
        return await self.get(tenant_id, campaign_id)

    async def audience(self, tenant_id: str, url: str) -> CampaignAudience:
        """Return how many people a campaign would reach now, and why none can be sent. `url`: of the installation."""
        recipients, people = await self._recipients(tenant_id)
        async with self._database.read() as session:
            recent = await repository.last_sent(session, tenant_id, self._clock.now() - _DAY)
        obstacle: CampaignObstacle | None = None
        if not self._emails.can_send:
            obstacle = "mail_server"
        elif not url.startswith("https://"):
            obstacle = "public_address"
        elif len(recent) >= MAX_PER_DAY:
            obstacle = "limit"
        return CampaignAudience(len(recipients), people, obstacle)

    async def _recipients(self, tenant_id: str) -> tuple[list[Person], int]:
        """Return the people that advertising may reach now, and the number of active accounts. Raise Conflict."""
        found: list[Person] = []
        active = 0
        cursor: str | None = None
        while True:
            page = await self._identity.users.page(tenant_id, cursor, _PAGE)
            active += sum(person.state == "active" for person in page.items)
            found += await self._advertising.permitted(tenant_id, list(page.items))
            if len(found) > MAX_RECIPIENTS:
                raise Conflict(Phrase("A campaign has at most {} recipients.", MAX_RECIPIENTS))
            if (cursor := page.next) is None:
                return found, active


def _require_text(texts: Mapping[Language, CampaignText]) -> None:
    """Raise Invalid without a text, or for an empty one."""
    if not texts or any(not each.subject.strip() or not each.text.strip() for each in texts.values()):
        raise Invalid("A campaign needs a subject and a text.", hint="Give them in English or German.")


def _columns(texts: Mapping[Language, CampaignText]) -> dict[str, str | None]:
    english, german = texts.get("en"), texts.get("de")
    return {
        "subject_en": english.subject if english else None,
        "text_en": english.text if english else None,
        "subject_de": german.subject if german else None,
        "text_de": german.text if german else None,
    }


def _campaign(row: CampaignRow, live: CampaignProgress | None = None) -> Campaign:
    live = live or CampaignProgress()
    progress = CampaignProgress(
        waiting=live.waiting,
        delivered=row.delivered + live.delivered,
        failed=row.failed + live.failed,
        complained=row.complained + live.complained,
        unsubscribed=row.unsubscribed + live.unsubscribed,
    )
    return Campaign(row.id, row.created, repository.texts_of(row), row.sent, row.recipients, progress)
