"""Privacy policy: its texts, its released versions, and the comparison of versions."""

from unificx.privacy.policy.changes import Change, compare
from unificx.privacy.policy.document import Content, InvalidPolicy, build_content, read_source, stated_promises
from unificx.privacy.policy.processing import held_data, processing_activities
from unificx.privacy.policy.versions import PolicyVersion, changes_since, problems, released_versions, version_of

__all__ = [
    "Change",
    "Content",
    "InvalidPolicy",
    "PolicyVersion",
    "build_content",
    "changes_since",
    "compare",
    "held_data",
    "problems",
    "processing_activities",
    "read_source",
    "released_versions",
    "stated_promises",
    "version_of",
]
