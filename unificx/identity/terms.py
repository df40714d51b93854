"""Current version of the terms, and what the users have to be told or asked about the policy."""

from unificx.privacy import released_versions

TERMS_VERSION = "2026-11"
POLICY_VERSION = released_versions()[-1].version
