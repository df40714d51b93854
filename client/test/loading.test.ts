import { readFileSync, globSync } from 'node:fs';
import { expect, test } from 'vitest';

test('a grey block without a role has no name (ARIA 1.2 section 5.2.8.6)', () => {
  const wrong = globSync('src/**/*.tsx').filter((each) =>
    /<Skeleton\b(?![^>]*role=)[^>]*aria-label/.test(readFileSync(each, 'utf8')),
  );
  expect(wrong).toEqual([]);
});
