"""Walks all pages of the two programs and checks each: no foreign requests, readable, translated."""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from browser import CLIENT
from client_pages import Client
from playwright.sync_api import ConsoleMessage, Page, ViewportSize, WebSocket

Scheme = Literal["light", "dark"]
AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
WATCH = """() => {
  window.violations = []
  addEventListener('securitypolicyviolation', (e) => violations.push(`${e.violatedDirective} ${e.blockedURI}`))
}"""
WAIT_UNTIL_STABLE = """async () => {
  // Without clocks, which would never be stable on a machine where this takes a second.
  const texts = () => document.body.innerText.replace(/\\d+:\\d\\d/g, '')
  const seen = () => texts() + document.querySelectorAll('.mantine-Loader-root, .mantine-Skeleton-root').length
  for (let before = '', same = 0; same < 3; ) {
    const now = seen()
    same = now === before ? same + 1 : 0
    before = now
    await new Promise((done) => setTimeout(done, 60))
  }
}"""
WAIT_FOR_SCHEME = """async (scheme) => {
  const shown = () => document.documentElement.dataset.mantineColorScheme ?? scheme
  while (shown() !== scheme) await new Promise((done) => setTimeout(done, 20))
}"""
FOLLOW = """async (path) => {
  const router = window.__TSR_ROUTER__
  router.history.push(path)
  await router.load()
}"""
TEXTS = """() => {
  const texts = [document.title]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest('script, style, textarea, code, [translate=no]')) texts.push(node.data.trim())
  }
  for (const each of document.querySelectorAll('*')) {
    for (const name of ['aria-label', 'alt', 'placeholder', 'title']) texts.push(each.getAttribute(name) ?? '')
  }
  return texts.filter(Boolean)
}"""
AXE_RUN = """async (onlyColors) => {
  // The header of a dialog stands in a section, so it is no banner of the page: axe looks at the dialog's role alone.
  const enabled = !document.querySelector('[role=dialog]')
  const rules = {
    'landmark-no-duplicate-banner': {enabled},
    'landmark-unique': {enabled},
    'label-content-name-mismatch': {enabled: true},  // WCAG 2.2, 2.5.3: axe leaves it out by default
  }
  const some = onlyColors ? {runOnly: ['color-contrast', 'link-in-text-block']} : {rules}
  // No enabled rule needs the style sheets, which take an eighth of the time.
  const preload = {assets: ['media']}
  const {violations} = await axe.run(document, {resultTypes: ['violations'], preload, ...some})
  return violations.flatMap(({id, nodes}) => nodes.map((each) => `${id}: ${each.html.slice(0, 200)} ${each.failureSummary}`))
}"""

FIND_OVERFLOW = """(room) => {
  const sticksOut = (each) => {
    const box = each.getBoundingClientRect()
    if (!box.width || box.right <= room + 1) return false
    const inside = '[data-scrolls], .mantine-VisuallyHidden-root'  // the second one is a clipped pixel, for screen readers
    return getComputedStyle(each).position !== 'fixed' && !each.parentElement.closest(inside)
  }
  const isCut = (each) => each.scrollWidth > each.clientWidth + 1
  const canvas = document.createElement('canvas').getContext('2d')
  // The room at text of usual size: larger text needs more.
  const usual = (room * 16) / parseFloat(getComputedStyle(document.documentElement).fontSize)
  const isTooLong = (each) => {
    const {font, paddingLeft, paddingRight} = getComputedStyle(each)
    canvas.font = font
    const space = each.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
    const chosen = usual >= 360 && each.matches('.mantine-Select-input') && each.value
    const text = chosen || (usual >= 320 && each.placeholder) || ''
    return each.clientWidth && canvas.measureText(text).width > space + 1
  }
  const out = [...document.querySelectorAll('body *')].filter(sticksOut)
  const cut = [...document.querySelectorAll('.mantine-Button-label')].filter(isCut)
  const long = [...document.querySelectorAll('input.mantine-Input-input')].filter(isTooLong)
  const wide = document.scrollingElement.scrollWidth
  return [
    ...(wide > room ? [`all of it, ${wide} wide`] : []),
    ...[...out, ...cut].map((each) => `${each.tagName} ${each.className.baseVal ?? each.className}: ${each.textContent.slice(0, 60)}`),
    ...long.map((each) => `a field that shows a part of: ${each.value || each.placeholder}`),
  ]
}"""
FIND_POINTER_ONLY = """() => {
  const controls = 'a[href], button, input, select, textarea, summary, label, [contenteditable], [tabindex]:not([tabindex="-1"])'
  const groups = '[role=tablist], [role=radiogroup], [role=menu], [role=listbox], [role=grid], [role=toolbar]'
  const propertiesOf = (each) => each[Object.keys(each).find((key) => key.startsWith('__reactProps$'))]
  return [...document.querySelectorAll('body *')].filter((each) => {
    if (!propertiesOf(each)?.onClick || !each.checkVisibility()) return false
    if (each.closest(groups) || each.closest('[aria-hidden=true]')) return false
    if (each.matches(controls)) return each.tabIndex < 0
    return !each.closest(controls) && !each.querySelector(controls)
  }).map((each) => each.outerHTML.slice(0, 160))
}"""
NARROWEST_VIEWPORT: ViewportSize = {"width": 320, "height": 640}


def routes(program: str) -> Iterator[tuple[str, str]]:
    """Yield parent and path of each route of `app` or `portal` that shows a page and does not lead to another one."""
    text = (CLIENT / "src" / program / "routes.ts").read_text("utf-8")
    for route in text.split("createRoute({")[1:]:
        parent, path = (re.search(pattern, route) for pattern in (r"getParentRoute: \(\) => (\w+)", r"path: '([^']+)'"))
        if parent and path and re.search(r"^\s+component: ", route, re.M):
            within = "" if parent[1] in ("root", "signedIn") else f"/{parent[1]}"
            yield parent[1], within + path[1]


def pages(program: str) -> tuple[list[str], list[str]]:
    """Paths of the pages of `app` or `portal`: public ones, and those that require a session. Without those of single
    items, such as a person."""
    found = [(parent, path) for parent, path in routes(program) if "$" not in path]
    public, own = ([path for parent, path in found if parent == wanted] for wanted in ("root", "signedIn"))
    assert public
    assert len(own) > 5
    return public, own


def item_routes(program: str) -> set[str]:
    """Routes of `app` or `portal` that show a single item, such as /people/$id."""
    return {path for _, path in routes(program) if "$" in path}


@dataclass(frozen=True)
class Catalog:
    """English texts and their German translations."""

    german: dict[str, str]

    @classmethod
    @cache
    def read(cls) -> "Catalog":
        entries = re.findall(
            r"^msgid (.+?)^msgstr (.+?)(?=^\n|\Z)", (CLIENT / "src/locales/de.po").read_text("utf-8"), re.M | re.S
        )
        return cls({unquoted(english): unquoted(german) for english, german in entries if unquoted(english)})

    def message_ids(self) -> set[str]:
        """The texts shown for messages that were not loaded: the beginning of the base64 digest."""
        digests = (hashlib.sha256(f"{english}\x1f".encode()).digest() for english in self.german)
        return {base64.b64encode(digest).decode()[:6] for digest in digests}

    def texts_of_other_language(self, language: str) -> set[str]:
        """Texts that must not appear on a page in this language."""
        pairs = [(en, de) for en, de in self.german.items() if "{" not in en and "<" not in en]
        english, german = {en for en, _ in pairs}, {de for _, de in pairs}
        return (english - german if language == "de" else german - english) - {""}


def unquoted(text: str) -> str:
    return "".join(re.findall(r'^"(.*)"$', text, re.M)).replace('\\"', '"').replace("\\n", "\n")


@dataclass
class PageChecker:
    """Leads a client over its pages and collects findings. `where` labels them."""

    client: Client
    language: str
    findings: list[str] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    """All texts of the pages that were checked."""
    label: str = ""

    def __post_init__(self) -> None:
        page = self.client.page
        self.client.context.add_init_script(f"({WATCH})()")
        page.on("console", self._on_console)
        page.on("websocket", self._on_websocket)
        self._axe = AXE.read_text("utf-8")
        catalogue = Catalog.read()
        self._identifiers, self._others = catalogue.message_ids(), catalogue.texts_of_other_language(self.language)

    @property
    def page(self) -> Page:
        return self.client.page

    def open_and_check(
        self, paths: Sequence[str], scheme: Scheme, *sizes: ViewportSize, keyboard: bool = False
    ) -> None:
        """Load the first of these pages of one program, follow to the others, and check each in this color scheme, in
        each of these sizes.

        The structure is the same in dark colors, so these check it at the first size only.
        """
        self.page.goto(self.client.origin + paths[0])
        for number, path in enumerate(paths):
            self.label = path
            if number > 0:
                self.page.evaluate(FOLLOW, path)
            self._check_sizes(scheme, *sizes)
            for each in self.page.evaluate(FIND_POINTER_ONLY) if keyboard else ():
                self.add_finding(f"only a pointer reaches {each}")
        for each in self.page.evaluate("violations"):
            self.add_finding(f"against the policy: {each}")

    def _check_sizes(self, scheme: Scheme, *sizes: ViewportSize) -> None:
        for number, size in enumerate(sizes or (None,)):
            if size is not None:
                self.page.set_viewport_size(size)
            self.page.locator("h1").first.wait_for()
            self._show(scheme)
            self._check("all" if scheme == "light" or number == 0 else "nothing")

    def check(self, *schemes: Scheme) -> None:
        """Check the current page in these color schemes, which share its structure."""
        for number, scheme in enumerate(schemes):
            self._show(scheme)
            self._check("colors" if number else "all")

    def _show(self, scheme: Scheme) -> None:
        self.page.emulate_media(color_scheme=scheme)
        self.page.evaluate(WAIT_FOR_SCHEME, scheme)

    def _check(self, by_axe: Literal["all", "colors", "nothing"]) -> None:
        self.page.evaluate(WAIT_UNTIL_STABLE)
        shown = self.page.evaluate(TEXTS)
        self.texts.update(shown)
        for text in shown:
            if text in self._identifiers:
                self.add_finding(f"a text that was not loaded: {text}")
            if text in self._others:
                self.add_finding(f"in the other language: {text}")
        assert self.page.evaluate("document.documentElement.lang") == self.language
        if by_axe != "nothing":
            self._check_by_axe(only_colors=by_axe == "colors")
        self._check_overflow()

    def _check_by_axe(self, *, only_colors: bool) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(self._axe)
        for each in self.page.evaluate(AXE_RUN, only_colors):
            self.add_finding(each)

    def _check_overflow(self) -> None:
        """Check the current width, and on phones the narrowest one too (WCAG 2.2, 1.4.10)."""
        now = self.page.viewport_size
        assert now
        for size in (now, NARROWEST_VIEWPORT) if now["width"] < 500 else (now,):
            if size != now:
                self.page.set_viewport_size(size)
                self.page.evaluate(WAIT_UNTIL_STABLE)  # marks such as that of the selected segment follow the width
            for each in self.page.evaluate(FIND_OVERFLOW, size["width"]):
                self.add_finding(f"does not fit into {size['width']}: {each}")
        self.page.set_viewport_size(now)

    def add_finding(self, what: str) -> None:
        self.findings.append(f"{self.label} {what}")

    def foreign_requests(self) -> Iterator[str]:
        """Requests to other hosts."""
        own = urlsplit(self.client.origin).netloc
        for each in self.client.requests:
            there = urlsplit(each.url)
            if there.scheme not in ("data", "blob") and there.netloc != own:
                yield each.url

    def _on_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            self.add_finding(message.text)

    def _on_websocket(self, socket: WebSocket) -> None:
        if urlsplit(socket.url).netloc != urlsplit(self.client.origin).netloc:
            self.add_finding(f"connects to {socket.url}")
