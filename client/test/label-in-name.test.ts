import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');

const unquoted = (text: string) => [...text.matchAll(/^"(.*)"$/gm)].map(([, part]) => part).join('');
const entries = readFileSync(join(SOURCES, 'locales/de.po'), 'utf8')
  .split('\n\n')
  .map((entry) => /^(?:msgctxt "(.*)"\n)?msgid ([^]+?)^msgstr ([^]+)/m.exec(entry) ?? []);
const withoutNames = (text: string) => text.replace(/\{\w+\}/g, '{}');
/** German texts by the context and the English ones. */
const german = new Map(
  entries.map(([, context = '', english = '', text = '']) => [
    `${context}:${withoutNames(unquoted(english))}`,
    withoutNames(unquoted(text)),
  ]),
);

type Element = ts.JsxOpeningLikeElement;

/** Components whose content is a label. */
const LABELLED = /^(a|button|(Unstyled|Tool)?Button|Anchor|Chip|Link|Menu\.\w*Item)$/;

function attribute(element: Element, name: string): ts.Node | undefined {
  return element.attributes.properties.find(
    (each): each is ts.JsxAttribute => ts.isJsxAttribute(each) && each.name.getText() === name,
  )?.initializer;
}

/** All nodes within one for which there is a result. */
function within<T>(node: ts.Node | undefined, result: (node: ts.Node) => T | undefined): T[] {
  if (!node) return [];
  const own = result(node);
  if (own !== undefined) return [own];
  const found: T[] = [];
  node.forEachChild((each) => void found.push(...within(each, result)));
  return found;
}

/** Texts such as t`Call ${name}`, as `Call {}`. */
const templates = (node: ts.Node | undefined) =>
  within(node, (each) => {
    if (!ts.isTaggedTemplateExpression(each) || each.tag.getText() !== 't') return undefined;
    const text = each.template.getText().slice(1, -1);
    return `:${ts.isNoSubstitutionTemplateLiteral(each.template) ? text : text.replace(/\$\{.*?\}(?=[^}]|$)/g, '{}')}`;
  });

/** Texts such as <Trans>Call {name}</Trans> of the content of an element. */
const contents = (element: Element) =>
  ts.isJsxOpeningElement(element) && LABELLED.test(element.tagName.getText())
    ? element.parent.children.flatMap((child) =>
        within(child, (each) => {
          if (!ts.isJsxElement(each) || each.openingElement.tagName.getText() !== 'Trans') return undefined;
          const parts = each.children.map((part) => (ts.isJsxText(part) ? part.text : '{}'));
          const context = attribute(each.openingElement, 'context')?.getText().slice(1, -1) ?? '';
          return `${context}:${parts.join('').replace(/\s+/g, ' ').trim()}`;
        }),
      )
    : [];

/** The controls of a source whose visible text is not part of their name, in either language. */
function mismatches(source: string): string[] {
  const file = ts.createSourceFile('a.tsx', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const elements: Element[] = [];
  const collect = (node: ts.Node) => {
    if (ts.isJsxOpeningElement(node) || ts.isJsxSelfClosingElement(node)) elements.push(node);
    node.forEachChild(collect);
  };
  collect(file);
  return elements.flatMap((element) => {
    const names = templates(attribute(element, 'aria-label'));
    const shown = [...templates(attribute(element, 'label')), ...contents(element)];
    return names.length === 0
      ? []
      : [(text: string) => text.replace(/^\w*:/, ''), (text: string) => german.get(text) ?? text].flatMap(
          (translated) =>
            shown
              .map((text) => translated(text).toLowerCase())
              .filter((text) => !names.some((name) => translated(name).toLowerCase().includes(text))),
        );
  });
}

it('a visible text that is not part of the name is found', () => {
  const button = (name: string) => mismatches(`<Button aria-label={t\`${name}\`}><Trans>Sign in</Trans></Button>`);
  expect(button('Sign ${name} in')).toContain('sign in');
  expect(button('Sign in ${name}')).toEqual([]);
});

it('the name of each control contains its visible text, which people say to choose it (WCAG 2.5.3)', () => {
  const files = globSync('**/*.tsx', { cwd: SOURCES, exclude: ['**/*.test.*'] });
  const found = files.flatMap((file) =>
    mismatches(readFileSync(join(SOURCES, file), 'utf8')).map((each) => `${file}: ${each}`),
  );
  expect(found).toEqual([]);
});
