import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');
const LAYERS = ['core', 'design', 'api', 'media', 'sip', 'features', 'shell', 'app', 'portal', 'entry'];
/** Lazy imports of the shell. */
const ALLOWED_UPWARD = new Set(['shell/AppShell.tsx -> features']);

function files(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('generated') && !name.endsWith('.d.ts'))
    .map((name) => name.replaceAll('\\', '/'));
}

function imported(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'~\/([^']+)'/g)].map((found) => found[1]!);
}

describe('the layers of the client', () => {
  const all = files();

  it('finds source files', () => {
    expect(all.length).toBeGreaterThan(20);
  });

  it('open dialogs by one module, which waits for their provider', () => {
    const direct = all.filter(
      (file) => !file.includes('.test.') && readFileSync(join(SOURCE, file), 'utf8').includes("'@mantine/modals'"),
    );
    expect(direct.toSorted()).toEqual(['design/Confirm.tsx', 'shell/Overlays.tsx']);
  });

  it.each(all)('%s imports downwards only', (file) => {
    const own = LAYERS.indexOf(file.split('/')[0]!);
    for (const name of imported(file)) {
      const layer = name.split('/')[0]!;
      if (!LAYERS.includes(layer) || ALLOWED_UPWARD.has(`${file} -> ${layer}`)) continue;
      expect(LAYERS.indexOf(layer), `${file} -> ${name}`).toBeLessThanOrEqual(own);
      const [, feature, ...inner] = name.split('/');
      const [ownLayer, ownFeature] = file.split('/');
      if (layer === 'features' && ownLayer === 'features' && feature !== ownFeature) {
        expect(inner.join('/'), `${file} -> ${name}: other features are imported by their index`).toMatch(/^(index)?$/);
      }
    }
  });
});
