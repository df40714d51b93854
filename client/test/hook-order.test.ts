import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const CLIENT = join(import.meta.dirname, '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hooks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Return what `script/client check` reports about the order of hooks in a component with this body. */
function lint(body: string): { status: number | null; stdout: string } {
  const text = `import { useState } from 'react';\nexport function Shown({ on }: { on: boolean }) {\n${body}\n}\n`;
  writeFileSync(join(folder, 'Shown.tsx'), text);
  return spawnSync('node_modules/.bin/oxlint', ['--config', '.oxlintrc.json', folder], {
    cwd: CLIENT,
    encoding: 'utf8',
  });
}

it('accepts hooks before a conditional return', () => {
  expect(lint('const [text] = useState("");\nif (!on) return null;\nreturn text;').status).toBe(0);
});

it.each([
  ['after a conditional return', 'if (!on) return null;\nconst [text] = useState("");\nreturn text;'],
  ['in a condition', 'return on ? useState("")[0] : null;'],
  ['that a comment excuses', 'if (!on) return null;\n// eslint-disable-next-line\nreturn useState("")[0];'],
])('rejects a hook %s', (_, body) => {
  const found = lint(body);
  expect(found.stdout).toContain('rules-of-hooks');
  expect(found.status).not.toBe(0);
});
