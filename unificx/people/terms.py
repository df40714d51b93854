"""The versions of what people say yes to when they come in. A new version is asked for at the next sign-in."""

TERMS_VERSION = "2026-11"
POLICY_VERSION = "2026-11"
