import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');
const LOADING = /const (\w+|\{[^}]*\}) = use(?:Query|Pages|AllPages)\b/g;

/** Expressions in a source that are errors of loading: `found.error`, or `error` taken from a query. */
function loadErrors(source: string): string[] {
  return [...source.matchAll(LOADING)].flatMap(([, names = '']) =>
    names.startsWith('{') ? (names.match(/\b(error|fault)\b/g) ?? []) : [`${names}.error`, `${names}.fault`],
  );
}

/** Notices without a button that show an error of loading. */
function deadEnds(source: string): string[] {
  const errors = new Set(loadErrors(source));
  const shown = [...source.matchAll(/<ErrorNotice fault=\{([^}]*)\}/g)].flatMap(([, faults = '']) =>
    faults.split('??'),
  );
  return shown.map((each) => each.trim()).filter((each) => errors.has(each));
}

it('a dead end is found', () => {
  const query = 'const found = useQuery(all); const { data, error } = useQuery(one); const change = useMutation(it);';
  expect(deadEnds(`${query} <ErrorNotice fault={error ?? change.error} />`)).toEqual(['error']);
  expect(deadEnds(`${query} <ErrorNotice fault={found.error} />`)).toEqual(['found.error']);
  expect(deadEnds(`${query} <ErrorBar fault={error} retry={refetch} />`)).toEqual([]);
});

it('an error of loading is an ErrorBar, whose button loads again', () => {
  const found = globSync('**/*.tsx', { cwd: SOURCES }).flatMap((file) =>
    deadEnds(readFileSync(join(SOURCES, file), 'utf8')).map((each) => `${file}: ${each}`),
  );
  expect(found).toEqual([]);
});
