import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');

/** The functions of a source that are not inside another. */
const functionsOf = (source: string) => source.match(/^(?:export )?(?:default )?function [\s\S]*?^\}/gm) ?? [];

/** A function of a component, such as `const save = (body) => { … };`. */
const bodyOf = (name: string, component: string) =>
  new RegExp(`^  const ${name} = [\\s\\S]*?;$(?=\\n  \\S)`, 'm').exec(component)?.[0] ?? '';

/** The errors of what the forms of a component submit: `save.error`, or `fault` of `setFault`. */
function submitErrors(component: string): string[] {
  if (component.includes('data-transient')) return [];
  const handlers = [...component.matchAll(/onSubmit=\{(.*?)\}(?:>|\s)/gs)].map(([, handler = '']) => handler);
  const bodies = handlers.flatMap((each) => [
    each,
    ...(each.match(/\w+/g) ?? []).map((name) => bodyOf(name, component)),
  ]);
  const shown = component.includes('useFormErrors(') ? ['fault'] : [];
  return bodies.flatMap((body) => [
    ...shown,
    ...[...body.matchAll(/(\w+)\.mutate(?:Async)?\(/g)].map(([, name]) => `${name}.error`),
    ...(/\bsetFault\(/.test(body) ? ['fault'] : []),
  ]);
}

/** Errors of a form that are shown outside of it: its input would count as saved, see `UnsavedForms`. */
function outside(source: string): string[] {
  return functionsOf(source).flatMap((component) => {
    const errors = new Set(submitErrors(component));
    const around = component.replace(/<form[\s>][\s\S]*?<\/form>/g, '');
    const shown = [...around.matchAll(/<ErrorNotice fault=\{([^}]*)\}/g)].flatMap(([, faults = '']) =>
      faults.split('??'),
    );
    return shown.map((each) => each.trim()).filter((each) => errors.has(each));
  });
}

it('an error outside of its form is found', () => {
  const component = (notice: string, inForm: string) =>
    `function A() {\n  const save = () => {\n    change.mutate(1);\n  };\n  return <>${notice}<form onSubmit={save}>${inForm}</form></>;\n}`;
  const notice = '<ErrorNotice fault={other.error ?? change.error} />';
  expect(outside(component(notice, ''))).toEqual(['change.error']);
  expect(outside(component('', notice))).toEqual([]);
  expect(outside(component('<ErrorNotice fault={other.error} />', ''))).toEqual([]);
});

it('the errors of a form are shown in it', () => {
  const files = globSync('**/*.tsx', { cwd: SOURCES, exclude: ['**/generated/**', '**/*.test.*'] });
  const found = files.flatMap((file) =>
    outside(readFileSync(join(SOURCES, file), 'utf8')).map((each) => `${file}: ${each}`),
  );
  expect(found).toEqual([]);
});
