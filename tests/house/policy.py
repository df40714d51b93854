"""Release of a version of the privacy policy, `script/policy`, and its rules."""

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from unificx.db.migrations.models import load_all_models
from unificx.privacy import personal_fields
from unificx.privacy.policy import PolicyVersion, compare, read_source, released_versions
from unificx.privacy.policy.document import Content, build_content
from unificx.privacy.policy.versions import version_of

FOLDER = Path(__file__).parents[2] / "unificx" / "privacy" / "policy" / "versions"
PERMISSION_TEXTS = Path(__file__).parents[2] / "client" / "src" / "features" / "privacy" / "permission-texts.json"
LANGUAGES = ("en", "de")


def current_content() -> Content:
    """Return the policy as texts and declarations are now."""
    load_all_models()
    return build_content(read_source(), personal_fields())


def problems(versions: Sequence[PolicyVersion], content: Content) -> Iterator[str]:
    """Yield why `content`, the policy as it is now, may not be shipped with these versions. Nothing if it may."""
    if not versions or versions[-1].version != version_of(content):
        yield "The policy or a declaration has changed since the newest version. Run script/policy."
    for number, each in enumerate(versions, 1):
        name = f"Version {each.number}"
        if each.number != number or each.version != version_of(each.content):
            yield f"{name}: number or hash is wrong. Released versions are never changed."
        if not all(each.summary.get(language, "").strip() for language in LANGUAGES):
            yield f"{name}: a summary in each language is missing."
    for before, after in pairwise(versions):
        if after.in_force < before.in_force:
            yield f"Version {after.number}: in force before the version that it replaces."
        significant = [each for each in compare(before.content, after.content) if each.significant]
        if significant and not after.significant:
            found = ", ".join(f"{each.kind} {each.key}" for each in significant)
            yield f"Version {after.number} must be marked as significant: {found}."


def permission_texts(content: Content) -> str:
    """Return the texts that the client shows next to permission prompts, as JSON."""
    texts = {key: {name: each[name] for name in LANGUAGES} for key, each in content["permissions"].items()}
    return json.dumps(texts, ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/policy", description="Release the current privacy policy.")
    parser.add_argument("--en", default="", help="summary of the changes in English")
    parser.add_argument("--de", default="", help="summary of the changes in German")
    parser.add_argument("--significant", action="store_true", help="people must consent before going on")
    parser.add_argument("--in-force", type=date.fromisoformat, default=None, help="date; default: today")
    parser.add_argument("--replace-newest", action="store_true", help="the newest version was not shipped yet")
    given = parser.parse_args()
    content, versions = current_content(), list(released_versions())
    PERMISSION_TEXTS.write_text(permission_texts(content), "utf-8")
    newest = versions.pop() if given.replace_newest else None
    if newest is None and versions and versions[-1].version == version_of(content):
        print("Nothing has changed.")
        return 0
    summary = newest.summary if newest and not given.en else {"en": given.en, "de": given.de}
    changes = compare(versions[-1].content, content) if versions else []
    for each in changes:
        print(f"{'significant' if each.significant else 'ordinary':12}{each.kind:10} {each.key}")
    significant = given.significant or bool(newest and newest.significant)
    if any(each.significant for each in changes) and not significant:
        print("Significant changes: repeat with --significant and a summary by --en and --de.")
        return 1
    if not all(text.strip() for text in summary.values()):
        print("Describe what has changed by --en and --de.")
        return 1
    released = {
        "number": len(versions) + 1,
        "version": version_of(content),
        "in_force": str(given.in_force or (newest.in_force if newest else date.today())),
        "significant": significant,
        "summary": summary,
        "content": content,
    }
    file = FOLDER / f"{len(versions) + 1:04}.json"
    file.write_text(json.dumps(released, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"Version {released['version']} written to {file.name}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
