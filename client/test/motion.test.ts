import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');
const REDUCED = '@media (prefers-reduced-motion: reduce)';
/** A duration other than the token, which is 0 with reduced motion. */
const OWN_DURATION = /^\s*(animation|transition)(-duration)?:(?!.*var\(--motion).*\d/m;

const sheets = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.css'));

it.each(sheets)('%s moves nothing for people who want less motion', (name) => {
  const [before, reduced = ''] = readFileSync(join(SOURCE, name), 'utf8').split(REDUCED);
  if (OWN_DURATION.test(before!)) expect(reduced).toMatch(/^\s*(animation|transition): none;/m);
  expect(reduced).not.toMatch(OWN_DURATION);
});
