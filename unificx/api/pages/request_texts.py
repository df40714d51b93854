"""Names of kinds, states and steps of requests, on the pages for people without an account."""

from collections.abc import Mapping

from unificx.api.languages import Language
from unificx.support.rights import State

KINDS: Mapping[str, Mapping[Language, str]] = {
    "inquiry": {"en": "A question", "de": "Eine Frage"},
    "technical": {"en": "A technical problem", "de": "Ein technisches Problem"},
    "complaint": {"en": "A complaint", "de": "Eine Beschwerde"},
    "abuse": {"en": "Report abuse", "de": "Missbrauch melden"},
    "access": {"en": "A copy of my data", "de": "Eine Kopie meiner Daten"},
    "correction": {"en": "Correct my data", "de": "Meine Daten berichtigen"},
    "deletion": {"en": "Erase my data", "de": "Meine Daten löschen"},
    "objection": {"en": "Object to a use of my data", "de": "Einer Verwendung meiner Daten widersprechen"},
    "portability": {"en": "My data for another provider", "de": "Meine Daten für einen anderen Anbieter"},
}
GENERAL = ("inquiry", "technical", "complaint", "abuse")
"""Kinds of the first group of the form."""
STATES: Mapping[State, Mapping[Language, str]] = {
    "received": {"en": "waits for the proof of identity", "de": "wartet auf den Nachweis der Identität"},
    "proved": {"en": "received", "de": "eingegangen"},
    "in_work": {"en": "in progress", "de": "in Bearbeitung"},
    "extended": {"en": "in progress, extended", "de": "in Bearbeitung, Frist verlängert"},
    "answered": {"en": "answered", "de": "beantwortet"},
    "refused": {"en": "refused", "de": "abgelehnt"},
    "withdrawn": {"en": "closed", "de": "abgeschlossen"},
}
STEPS: Mapping[str, Mapping[Language, str]] = {
    "receive": {"en": "Received", "de": "Eingegangen"},
    "prove_email": {"en": "Confirmed by you", "de": "Von Ihnen bestätigt"},
    "begin": {"en": "In progress", "de": "In Bearbeitung"},
    "message": {"en": "Your message", "de": "Ihre Nachricht"},
    "attach": {"en": "Your report", "de": "Ihr Bericht"},
    "reply": {"en": "Reply", "de": "Antwort"},
    "extend": {"en": "Time limit extended", "de": "Frist verlängert"},
    "answer": {"en": "Answer", "de": "Abschließende Antwort"},
    "refuse": {"en": "Refused", "de": "Abgelehnt"},
    "withdraw": {"en": "Closed", "de": "Abgeschlossen"},
    "convert": {"en": "Now treated as", "de": "Wird jetzt behandelt als"},
}
