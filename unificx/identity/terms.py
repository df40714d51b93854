"""Current versions of terms and policy. Users have to accept a new version at their next sign-in."""

TERMS_VERSION = "2026-11"
POLICY_VERSION = "2026-11"
