"""Core types shared by every area: errors, events, clock, ids, personal data. Imports no other unificx package."""
