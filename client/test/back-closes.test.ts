import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');
const ABOVE = /import \{[^}]*\b(Modal|Drawer)\b[^}]*\} from '@mantine\/core'/;

it('Back closes each drawer, sheet and dialog instead of leaving the page', () => {
  const files = globSync('**/*.tsx', { cwd: SOURCES, exclude: ['**/*.test.tsx'] });
  const sources = files.map((file) => [file, readFileSync(join(SOURCES, file), 'utf8')] as const);
  const above = sources.filter(([, source]) => ABOVE.test(source));
  expect(above.length).toBeGreaterThan(10);
  const others = above.filter(([, source]) => !/\buse(Form)?Layer\(/.test(source));
  expect(others.map(([file]) => file)).toEqual([]);
});
