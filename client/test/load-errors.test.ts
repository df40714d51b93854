import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');
const QUERIES = ['useQuery', 'usePages', 'useAllPages'];

/** Hooks of a source that return one of these as it is. */
function hooksThatReturn(queries: string[], source: string): string[] {
  const returned = `(?:${queries.join('|')})\\b`;
  const functions = new RegExp(`function (use\\w+)\\((?:(?!^\\}).)*?^  return ${returned}`, 'gms');
  const arrows = new RegExp(`const (use\\w+) = \\([^)]*\\) =>\\s+${returned}`, 'g');
  return [functions, arrows].flatMap((each) => [...source.matchAll(each)].map(([, name = '']) => name));
}

/** Expressions in a source that are errors of loading: `found.error`, or `error` taken from a query. */
function loadErrors(queries: string[], source: string): string[] {
  const loading = new RegExp(`const (\\w+|\\{[^}]*\\}) = (?:${queries.join('|')})\\b`, 'g');
  return [...source.matchAll(loading)].flatMap(([, names = '']) =>
    names.startsWith('{') ? (names.match(/\b(error|fault)\b/g) ?? []) : [`${names}.error`, `${names}.fault`],
  );
}

/** Notices without a button that show an error of loading. */
function deadEnds(source: string, queries = QUERIES): string[] {
  const errors = new Set(loadErrors(queries, source));
  const shown = [...source.matchAll(/<ErrorNotice fault=\{([^}]*)\}/g)].flatMap(([, faults = '']) =>
    faults.split('??'),
  );
  return shown.map((each) => each.trim()).filter((each) => errors.has(each));
}

/** Errors of loading that a hook returns as one with those of changes: its caller cannot offer another try. */
function mixed(source: string, queries = QUERIES): string[] {
  const errors = new Set(loadErrors(queries, source));
  const chains = [...source.matchAll(/\b[\w.]+(?: \?\? [\w.]+)+/g)].flatMap(([chain]) => chain.split(' ?? '));
  return chains.filter((each) => errors.has(each));
}

const files = globSync('**/*.{ts,tsx}', { cwd: SOURCES, exclude: ['**/generated/**', '**/*.test.*'] });
const sources = files.map((file) => [file, readFileSync(join(SOURCES, file), 'utf8')] as const);
const allQueries = [...QUERIES, ...sources.flatMap(([, source]) => hooksThatReturn(QUERIES, source))];
const inAll = (find: typeof deadEnds) =>
  sources.flatMap(([file, source]) => find(source, allQueries).map((each) => `${file}: ${each}`));

it('a dead end is found', () => {
  const query = 'const found = useQuery(all); const { data, error } = useQuery(one); const change = useMutation(it);';
  expect(deadEnds(`${query} <ErrorNotice fault={error ?? change.error} />`)).toEqual(['error']);
  expect(deadEnds(`${query} <ErrorNotice fault={found.error} />`)).toEqual(['found.error']);
  expect(deadEnds(`${query} <ErrorBar fault={error} retry={refetch} />`)).toEqual([]);
  expect(mixed(`${query} return { error: found.error ?? change.error };`)).toEqual(['found.error']);
  expect(mixed(`${query} return { fault: found.error, error: change.error };`)).toEqual([]);
});

it('hooks that are queries are found', () => {
  expect(allQueries).toEqual(expect.arrayContaining(['useMeeting', 'useContacts', 'useFraud', 'useRoles']));
});

it('an error of loading is an ErrorBar, whose button loads again', () => {
  expect(inAll(deadEnds)).toEqual([]);
});

it('an error of loading is not mixed with that of a change', () => {
  expect(inAll(mixed)).toEqual([]);
});
