"""Privacy: keys, aliases, the register of personal data, erasure and recording consent."""

from unificx.privacy.accesses import AccessLog, PersonAccess, access_expiries, access_holding
from unificx.privacy.audit import (
    HEADS_VARIABLE,
    Act,
    AuditEntry,
    AuditFilter,
    AuditLog,
    AuditParty,
    HeadFile,
    NewAuditEntry,
    audit_expiries,
    audit_holding,
    current_act,
    new_act,
    verify_export,
)
from unificx.privacy.consents import (
    OBJECTION_PURPOSES,
    OPTIONAL_PURPOSES,
    ConsentMethod,
    ConsentRecord,
    Consents,
    ConsentState,
    ObjectionPurpose,
    OptionalPurpose,
    add_consent,
    consent_holding,
    delete_consents,
)
from unificx.privacy.content_keys import create_content_key, open_content_key
from unificx.privacy.correcting import Names, copies_of_names, correct_page
from unificx.privacy.erasing import ErasurePlan, PersonErasureDependencies, PersonErasures
from unificx.privacy.erasure import Erasure
from unificx.privacy.erasure_schedules import ErasureSchedules
from unificx.privacy.exporting import DRAFT, DataSubject, Export, ExportedFile, Files, Records, RowExporter, record_kind
from unificx.privacy.holdings import CopyRules, Holding, Retained, RowHolding
from unificx.privacy.holds import HoldKind, HoldReleased, Holds, HoldTarget, NewHold, free, has_holds, held, lock_holds
from unificx.privacy.journal import ErasureJournal, JournalHead, erasure_journal_file
from unificx.privacy.key_pool import KeyPool
from unificx.privacy.key_wrapping import unwrap, wrap
from unificx.privacy.keys import KeyStore
from unificx.privacy.master import MasterKey, load_master
from unificx.privacy.master_source import master_key_file
from unificx.privacy.moving import (
    MovedKeys,
    add_erasures,
    exported_erasures,
    exported_keys,
    reopen_erasures,
)
from unificx.privacy.orphans import GRACE, OrphanSweep, orphaned_subjects
from unificx.privacy.outside import OutsideNumbers
from unificx.privacy.policy import (
    Change,
    PolicyVersion,
    changes_since,
    compare,
    held_data,
    processing_activities,
    read_source,
    released_versions,
)
from unificx.privacy.receipt import verify
from unificx.privacy.register import describe, personal_fields, plain_columns
from unificx.privacy.retention import (
    ClassPeriod,
    Deadlines,
    Expiry,
    Period,
    Retention,
    SweepStatus,
    TenantPeriods,
    ended,
)
from unificx.privacy.rotation import KeyRotation, RotationStatus
from unificx.privacy.sealed_files import read_sealed_file, reseal_file, sealed_file, write_sealed_file
from unificx.privacy.signing import RECEIPT_KEY_BYTES, ReceiptSigner, canonical, fingerprint
from unificx.privacy.transmissions import Transmission, Transmissions

__all__ = [
    "DRAFT",
    "GRACE",
    "HEADS_VARIABLE",
    "OBJECTION_PURPOSES",
    "OPTIONAL_PURPOSES",
    "RECEIPT_KEY_BYTES",
    "AccessLog",
    "Act",
    "AuditEntry",
    "AuditFilter",
    "AuditLog",
    "AuditParty",
    "Change",
    "ClassPeriod",
    "ConsentMethod",
    "ConsentRecord",
    "ConsentState",
    "Consents",
    "CopyRules",
    "DataSubject",
    "Deadlines",
    "Erasure",
    "ErasureJournal",
    "ErasurePlan",
    "ErasureSchedules",
    "Expiry",
    "Export",
    "ExportedFile",
    "Files",
    "HeadFile",
    "HoldKind",
    "HoldReleased",
    "HoldTarget",
    "Holding",
    "Holds",
    "JournalHead",
    "KeyPool",
    "KeyRotation",
    "KeyStore",
    "MasterKey",
    "MovedKeys",
    "Names",
    "NewAuditEntry",
    "NewHold",
    "ObjectionPurpose",
    "OptionalPurpose",
    "OrphanSweep",
    "OutsideNumbers",
    "Period",
    "PersonAccess",
    "PersonErasureDependencies",
    "PersonErasures",
    "PolicyVersion",
    "ReceiptSigner",
    "Records",
    "Retained",
    "Retention",
    "RotationStatus",
    "RowExporter",
    "RowHolding",
    "SweepStatus",
    "TenantPeriods",
    "Transmission",
    "Transmissions",
    "access_expiries",
    "access_holding",
    "add_consent",
    "add_erasures",
    "audit_expiries",
    "audit_holding",
    "canonical",
    "changes_since",
    "compare",
    "consent_holding",
    "copies_of_names",
    "correct_page",
    "create_content_key",
    "current_act",
    "delete_consents",
    "describe",
    "ended",
    "erasure_journal_file",
    "exported_erasures",
    "exported_keys",
    "fingerprint",
    "free",
    "has_holds",
    "held",
    "held_data",
    "load_master",
    "lock_holds",
    "master_key_file",
    "new_act",
    "open_content_key",
    "orphaned_subjects",
    "personal_fields",
    "plain_columns",
    "processing_activities",
    "read_sealed_file",
    "read_source",
    "record_kind",
    "released_versions",
    "reopen_erasures",
    "reseal_file",
    "sealed_file",
    "unwrap",
    "verify",
    "verify_export",
    "wrap",
    "write_sealed_file",
]
