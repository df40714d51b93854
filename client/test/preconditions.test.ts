import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');
const VERSIONED =
  /\bapi\.delete(Group|Hours|Location|Mailbox|Menu|Number|Plan|Queue|Role|Room|Route|Trunk|Webhook)\(\{.*?\}\)/gs;

it('what has a version is deleted as it was read', () => {
  const files = globSync('**/*.{ts,tsx}', { cwd: SOURCES, exclude: ['**/generated/**', '**/*.test.*'] });
  const deletions = files.flatMap((file) => readFileSync(join(SOURCES, file), 'utf8').match(VERSIONED) ?? []);
  expect(deletions.length).toBeGreaterThan(12);
  expect(deletions.filter((each) => !/\bheaders\b/.test(each))).toEqual([]);
});
