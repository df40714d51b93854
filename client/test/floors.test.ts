import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');
const FLOORS = ['kernel', 'design', 'api', 'media', 'sip', 'rooms', 'shell', 'app', 'portal'];
/** What the frames load lazily, by name. */
const UPWARD = new Set(['shell/AppShell.tsx -> rooms']);

function files(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('generated') && !name.endsWith('.d.ts'))
    .map((name) => name.replaceAll('\\', '/'));
}

function imported(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'~\/([^']+)'/g)].map((found) => found[1]!);
}

describe('the floors of the client', () => {
  const all = files();

  it('finds files to look at', () => {
    expect(all.length).toBeGreaterThan(20);
  });

  it.each(all)('%s imports downwards only', (file) => {
    const own = FLOORS.indexOf(file.split('/')[0]!);
    for (const name of imported(file)) {
      const floor = name.split('/')[0]!;
      if (!FLOORS.includes(floor) || UPWARD.has(`${file} -> ${floor}`)) continue;
      expect(FLOORS.indexOf(floor), `${file} -> ${name}`).toBeLessThanOrEqual(own);
      const [, room, ...inner] = name.split('/');
      const [place, home] = file.split('/');
      if (floor === 'rooms' && place === 'rooms' && room !== home) {
        expect(inner.join('/'), `${file} -> ${name}: another room is entered by its index`).toMatch(/^(index)?$/);
      }
    }
  });
});
