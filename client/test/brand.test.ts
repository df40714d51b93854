import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');
/** Files that name the program itself: its own brand, its licence, and headers of SIP. */
const OWN = /^(?:core\/brand\.ts|features\/about\/|sip\/)/;

/** A reseller sells the product under another name. */
it('texts name the product by the brand of the page', () => {
  const files = globSync('**/*.{ts,tsx}', { cwd: SOURCES, exclude: ['**/generated/**', '**/*.test.*'] });
  const fixed = files.filter(
    (file) => !OWN.test(file) && readFileSync(join(SOURCES, file), 'utf8').includes('UnifiCX'),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(fixed).toEqual([]);
});
