"""Dependencies of the requests about personal data."""

from dataclasses import dataclass

from unificx.cluster import Counters, OneTimeStore
from unificx.db import Database
from unificx.identity import Identity
from unificx.privacy import KeyStore, OutsideNumbers
from unificx.support.rights.ports import RequestNotifier


@dataclass(frozen=True, slots=True)
class RightsDependencies:
    """Dependencies of the queue."""

    database: Database
    keys: KeyStore
    outside_numbers: OutsideNumbers
    identity: Identity
    counters: Counters
    one_time: OneTimeStore
    notifier: RequestNotifier
