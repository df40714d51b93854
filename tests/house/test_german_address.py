"""German texts address the user formally, with "Sie" and "Ihr", in the client, on pages, in e-mails and in prompts.

The rule is a list of words: the informal pronouns, and imperatives of one person. Verbs that are spelled like a noun or an
adjective ("Teile des Servers") count only in front of an object ("teile die Datei").
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("unificx/**/*", "client/src/**/*", "client/app/**/*", "client/portal/**/*", "client/public/**/*")
SUFFIXES = {".html", ".json", ".po", ".py", ".toml", ".ts", ".tsx", ".txt"}

_PRONOUN = r"\b[Dd](?:u|ich|ein(?:e[mnrs]?)?)\b|\b[Dd]ir\b(?!\s*=)|\b[Ee]u(?:ch|er|re[mnrs]?)\b"
_IMPERATIVES = (
    "achte|aktiviere|antworte|beachte|benutze|berichtige|bestätige|bewahre|deaktiviere|drücke|entferne|erneuere|ersetze"
    "|erstelle|füge|führe|gib|halte|hilf|klicke|kopiere|lade|lass|lege|lösche|melde|nimm|nutze|öffne|probiere|prüfe"
    "|registriere|richte|rufe|schaffe|schalte|schicke|schließe|schreibe|sende|setze|sieh|speichere|sprich|starte|teste|tippe"
    "|trage|trenne|überprüfe|überweise|verbinde|vergiss|verknüpfe|verwende|wähle|warte|wende|wiederhole"
)
_AMBIGUOUS = "ändere|besuche|frage|lies|sichere|spiele|stelle|suche|teile|vergleiche|versuche|weise"
_OBJECT = r"\s+(?:es|sie|ihn|ihm|ihr|den|dem|das|die|diese\w*|dessen|deren|eine?[nm]?|später|jetzt|bitte|dort|noch)\b"
_BEGIN = r"(?:^|(?<=[.!?:;] )|(?<=[\"'„>{(]))"
INFORMAL = re.compile(
    rf"{_PRONOUN}"
    rf"|(?<!\b[Ii]ch )\b(?:{_IMPERATIVES}|{_IMPERATIVES.title()})\b"
    rf"|(?:{_BEGIN}(?:{_AMBIGUOUS.title()})|(?<!\bich )\b(?:{_AMBIGUOUS})){_OBJECT}",
    re.MULTILINE,
)


def informal(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and context of each informal address."""
    for match in INFORMAL.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, text[max(match.start() - 30, 0) : match.end() + 30]


def sources() -> dict[str, str]:
    """Return the texts of files by path from the root, without those of plain ASCII: only short pages have German in them."""
    paths = {path for pattern in SOURCES for path in ROOT.glob(pattern) if path.suffix in SUFFIXES}
    read = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(paths)}
    return {path: text for path, text in read.items() if path.endswith(".html") or not text.isascii()}


def test_german_texts_address_the_user_formally() -> None:
    found = [f"{path}:{line}: {context!r}" for path, text in sources().items() for line, context in informal(text)]
    assert not found, "\n".join(found)


def test_the_client_has_one_german_word_for_a_recording() -> None:
    catalogue = (ROOT / "client/src/locales/de.po").read_text("utf-8").splitlines()
    assert [line for line in catalogue if re.search("aufzeichn", line, re.IGNORECASE)] == []


def test_catalogue_pages_emails_and_prompts_are_checked() -> None:
    assert sources().keys() >= {
        "client/src/locales/de.po",
        "client/src/features/privacy/permission-texts.json",
        "unificx/api/pages/sign-up-sent.de.html",
        "unificx/api/pages/terms.de.html",
        "unificx/notifications/email_texts.py",
        "unificx/privacy/policy/policy.toml",
        "unificx/prompts/sentences.py",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Du kannst die Seite verlassen.",
        "Der Anbieter hat dich nicht angemeldet.",
        'msgstr "Für deine Leute"',
        "Wir schicken dir einen Link.",
        "Ladet eure Gäste ein.",
        "Wähle den letzten Tag.",
        "Kopiere beides und gib es ein.",
        "Hält das an, sieh im Protokoll nach.",
        "Mehr sind nicht möglich. Versuche es morgen wieder.",
        'msgstr "Weise ihr die Personen zu."',
        "Für eine andere Sicherung ändere ihren Namen, und teile die Datei.",
    ],
)
def test_informal_address_is_found(text: str) -> None:
    assert list(informal(text))


@pytest.mark.parametrize(
    "text",
    [
        "Wählen Sie den letzten Tag, und geben Sie Ihren Namen ein.",
        "Teile des Servers. Zu viele Versuche. Suche leeren.",
        "Das Mikrofon benötigt eine sichere Verbindung.",
        "Ich rufe zurück, bis ich es ändere.",
        '<TextInput dir="auto" />',
        "tempfile.mkdtemp(dir=parent)",
    ],
)
def test_formal_address_and_other_words_are_not_found(text: str) -> None:
    assert not list(informal(text))
