"""Bootstrap of an installation: lock, keys, database, and recovery after a restart."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from unificx.cdr import CALL_TARGET
from unificx.cluster import Cluster, local_cluster
from unificx.core.access import Access, context_stating, stating
from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.core.faults import describe_fault
from unificx.db import MIN_FREE_BYTES, Database, DatabaseUnreachable, claim_database, exclusive_use
from unificx.db.migrations import migrate_in_child
from unificx.integrations.egress import record_by
from unificx.integrations.imap import MailboxSettings
from unificx.integrations.webhook_client import WebhookClient
from unificx.privacy import (
    HEADS_VARIABLE,
    RECEIPT_KEY_BYTES,
    AuditLog,
    Erasure,
    ErasureJournal,
    HeadFile,
    Holds,
    KeyRotation,
    KeyStore,
    MasterKey,
    PersonErasureDependencies,
    ReceiptSigner,
    Transmissions,
    erasure_journal_file,
    load_master,
    sealed_file,
)
from unificx.recording import RECORDING_TARGET
from unificx.server.access_copy_email import connect_access_copies
from unificx.server.announcements import connect_storage
from unificx.server.backup.service import BackupDependencies, BackupService
from unificx.server.backup.update import back_up_before_update
from unificx.server.breach_notices import connect_breaches
from unificx.server.calling_alerts import CallingAlerts
from unificx.server.cleanup import Cleanup
from unificx.server.closing_emails import connect_closing
from unificx.server.container import Container, Upkeep, build_container
from unificx.server.corrections import connect_corrections
from unificx.server.credit_emails import connect_credit
from unificx.server.dispute_notices import connect_disputes
from unificx.server.erasure_completion import ErasureCompletion
from unificx.server.errands import Errands
from unificx.server.notification_settings import load_notification_settings
from unificx.server.paths import InstallationInUse, InstallationPaths
from unificx.server.sealed_home_files import RECEIPT_PURPOSE, reseal_files
from unificx.server.subscriptions import subscribe_areas
from unificx.server.support_mail import support_mail
from unificx.server.suspension_emails import connect_suspensions
from unificx.server.trial_emails import connect_trials
from unificx.voicemail import MESSAGE_TARGET
from unificx.webhooks import WebhookSender

log = structlog.get_logger()
_CONNECTED = (
    connect_breaches,
    connect_suspensions,
    connect_credit,
    connect_trials,
    connect_disputes,
    connect_closing,
    connect_access_copies,
    connect_storage,
    connect_corrections,
)


@asynccontextmanager
async def open_installation(
    paths: InstallationPaths, url: str, environ: dict[str, str], clock: Clock
) -> AsyncIterator[Container]:
    """Open an installation exclusively for this process. Raise StartupError on failure.

    Backs up what a former version has stored, runs migrations, replays the spool of the previous process, and repeats
    erasures unknown to a restored backup.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(installation_lock(paths))
        database = Database(url, clock)
        stack.push_async_callback(database.close)
        with naming_the_database():
            await stack.enter_async_context(exclusive_use(database, partial(signal.raise_signal, signal.SIGTERM)))
            await back_up_before_update(paths, url, environ, clock)
        is_new = not paths.keys.exists()
        master = load_master(paths.home, environ, create=is_new)
        keys = KeyStore(paths.keys, master, clock)
        stack.callback(keys.close)
        cluster = local_cluster(clock, _log_handler_failure)
        journal = _erasure_journal(paths, environ, keys)
        signer = _receipt_signer(paths, master, clock)
        erasing = _erasing(database, keys, signer, Erasure(journal, keys, clock, cluster.bus), environ)
        erasing.erasure.replay()
        with naming_the_database():
            await migrate_in_child(database, url)
        await claim_database(database, keys.installation_id, keys_unused=keys.is_empty)
        notifications = load_notification_settings(paths, environ, master)
        stack.push_async_callback(notifications.push_delivery.close)
        upkeep = _upkeep(paths, environ, keys, master, database)
        container = build_container(paths, database, keys, erasing, cluster, notifications=notifications, upkeep=upkeep)
        await container.erasures.load_applied()
        for connect in _CONNECTED:
            connect(container)
        await _open_spool(stack, container)
        with stating(Access("telephony", "start")):
            await _load(container)
        stack.push_async_callback(container.routing.queues.manager.close)
        await container.push.start()
        stack.push_async_callback(container.push.close)
        await container.outbox.start()
        cleanup = _start_cleanup(stack, container)
        receivers = WebhookClient()
        stack.push_async_callback(receivers.close)
        alerts = CallingAlerts(container)
        stack.push_async_callback(alerts.close)
        sender = WebhookSender(database, container.webhooks, receivers)
        jobs = {"cleanup": cleanup.run, "webhooks": sender.run}
        _start_jobs(stack, cluster, container, jobs, notifications.mailbox)
        _start_job(stack, container.mailboxes.unended.run(), Access("telephony", "ends of messages"))
        _start_job(stack, container.archive.unended.run(), Access("telephony", "ends of recordings"))
        _start_job(stack, container.routing.outbound.fraud.unstored.run(), Access("security", "fraud limits"))
        _start_job(stack, container.spool.run(), None)
        await _start_upkeep(stack, container)
        _start_job(stack, container.consents.run(), Access("administration", "consents"))
        _start_job(stack, alerts.run(), Access("administration", "calling alerts"))
        yield container


def _upkeep(
    paths: InstallationPaths, environ: Mapping[str, str], keys: KeyStore, master: MasterKey, database: Database
) -> Upkeep:
    rotation = KeyRotation(keys, master, partial(reseal_files, paths.home, master))
    return Upkeep(
        rotation, BackupService(BackupDependencies(paths, environ, database, lambda: (master.id, *master.ids)))
    )


def _start_cleanup(stack: AsyncExitStack, container: Container) -> Cleanup:
    """Subscribe the areas to events, and complete erasures that are unfinished after a restart or a restored backup."""
    errands = Errands()
    erasures = ErasureCompletion(container, errands)
    subscribe_areas(container, erasures, errands)
    cleanup = Cleanup(container, erasures, errands)
    stack.push_async_callback(cleanup.close)
    errands.start(erasures.complete())
    errands.start(container.chat.attachments.delete_orphans())
    return cleanup


async def _start_upkeep(stack: AsyncExitStack, container: Container) -> None:
    """Go on with work on the installation that an earlier process has begun."""
    await container.backups.start()
    _start_job(stack, container.backups.run(), Access("operations", "backups"))
    container.rotation.start()
    stack.push_async_callback(container.rotation.close)


@contextlib.contextmanager
def naming_the_database() -> Iterator[None]:
    """Raise StartupError if the database does not respond."""
    try:
        yield
    except DatabaseUnreachable as fault:
        raise StartupError(f"The database does not respond: {fault.reason}.", hint=fault.hint) from None


async def _open_spool(stack: AsyncExitStack, container: Container) -> None:
    """Apply what an earlier process has left, and record transmissions to third parties from now on."""
    transmissions = Transmissions(container.database, container.spool)
    await container.spool.recover()
    stack.push_async_callback(container.spool.close)
    stack.callback(record_by(transmissions.write, await transmissions.by_day()))


def _erasure_journal(paths: InstallationPaths, environ: dict[str, str], keys: KeyStore) -> ErasureJournal:
    journal = ErasureJournal(erasure_journal_file(paths.home, environ), keys.secrets.derive("erasure journal"))
    journal.open()
    try:
        journal.adopt(paths.former_erasure_journal)
    except OSError as fault:
        raise StartupError(
            f"The erasure journal cannot be moved out of {paths.home}: {fault.strerror}.", hint="Check the disk."
        ) from None
    return journal


def _receipt_signer(paths: InstallationPaths, master: MasterKey, clock: Clock) -> ReceiptSigner:
    create = partial(clock.random_bytes, RECEIPT_KEY_BYTES)
    return ReceiptSigner(sealed_file(paths.receipt_key, master, RECEIPT_PURPOSE, create))


def _erasing(
    database: Database, keys: KeyStore, signer: ReceiptSigner, erasure: Erasure, environ: Mapping[str, str]
) -> PersonErasureDependencies:
    installation_id, outside = keys.installation_id, environ.get(HEADS_VARIABLE)
    audit = AuditLog(database, keys, signer, installation_id, HeadFile(Path(outside)) if outside else None)
    holds = Holds(database, keys, database.clock, (CALL_TARGET, RECORDING_TARGET, MESSAGE_TARGET))
    return PersonErasureDependencies(database, erasure, signer, installation_id, holds, audit)


async def _load(container: Container) -> None:
    """Load what the areas hold in memory."""
    await container.identity.start()
    await container.mailboxes.start()
    await container.custom_sounds.start()
    await container.archive.start()
    await container.conference_rooms.start()
    with stating(Access("authentication", "trunks")):
        await container.trunks.start()
    await container.routing.start()
    await container.resellers.start()
    await container.billing.credit.refresh()
    with stating(Access("administration", "webhooks")):
        await container.webhooks.start()
        await container.consents.start()
        await container.notifications.preferences.start()
        await container.retention.start()


def _start_jobs(
    stack: AsyncExitStack,
    cluster: Cluster,
    container: Container,
    others: Mapping[str, Callable[[], Awaitable[None]]],
    mailbox: MailboxSettings | None,
) -> None:
    """Run the jobs that only one process of the installation has, each for its purpose."""
    jobs = {
        "outbox": (None, container.outbox.run),  # its handlers state their own
        "transcoding": ("history", container.transcoding.run),
        "access copies": ("history", partial(container.access_copies.run, container.erasures.holdings)),
        "transcription": ("telephony", container.transcription.run),
        "presence": ("telephony", container.routing.presence.run),
        **{name: ("administration", run) for name, run in others.items()},
    }
    if mailbox is not None:
        jobs["mail in"] = ("requests", support_mail(container, mailbox).run)
    jobs["e-mail queue"] = ("administration", container.email_queue.run)
    for name, (purpose, run) in jobs.items():
        _start_job(stack, cluster.leases.run(name, run), Access(purpose, name) if purpose else None)


def _start_job(stack: AsyncExitStack, job: Coroutine[Any, Any, None], access: Access | None) -> None:
    """Run a job with this access until the stack is closed."""
    stack.push_async_callback(_cancel, asyncio.create_task(job, context=context_stating(access)))


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _log_handler_failure(fault: BaseException) -> None:
    log.error("listener_failed", **describe_fault(fault))


@contextlib.contextmanager
def installation_lock(paths: InstallationPaths) -> Iterator[None]:
    """Hold the lock of an installation: one process at a time."""
    # Owner: this node. Its directory holds the spool, the keys and the control socket.
    with contextlib.ExitStack() as stack:
        os.umask(0o077)  # files are created readable by this user only
        try:
            paths.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = stack.enter_context(paths.lock.open("wb"))
        except OSError as fault:
            raise StartupError(
                f"{paths.home} cannot be used: {fault.strerror}.", hint="Choose another directory with --home."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstallationInUse(
                f"Another UnifiCX process is using {paths.home}.",
                hint="Stop it, or choose another directory with --home.",
            ) from None
        free = shutil.disk_usage(paths.home).free
        if free < MIN_FREE_BYTES:
            raise StartupError(
                f"The disk of {paths.home} is full: {free >> 20} MiB free, {MIN_FREE_BYTES >> 20} MiB needed.",
                hint="Free disk space, or choose another directory with --home.",
            )
        yield
