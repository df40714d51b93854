import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SOURCE = here('./src');
const KIT = here('./node_modules/@mantine');
const CORE = join(KIT, 'core');
/** Needed by every page. */
const BASE = ['baseline', 'default-css-variables', 'global'];

/** Names that the files of a directory import from Mantine's core, and the other packages of Mantine they use. */
function importsOf(directory: string): { names: Set<string>; packages: Set<string> } {
  const [names, packages] = [new Set<string>(), new Set<string>()];
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(tsx?|mjs)$/.test(file) || /\.test\.|\.d\.ts$/.test(file)) continue;
    const text = readFileSync(join(directory, file), 'utf8');
    for (const [, listed, from] of text.matchAll(/import\s+\{([^}]*)\}\s+from\s+['"]@mantine\/(\w+)['"]/g)) {
      if (from !== 'core') packages.add(from!);
      else for (const name of listed!.split(',')) names.add(name.trim().split(/\s/)[0]!);
    }
  }
  return { names, packages };
}

/** The style sheets of all components that are used, also by other components, in the order of the whole kit. */
export function usedStyles(): string[] {
  const { names, packages } = importsOf(SOURCE);
  for (const each of packages) {
    const modules = join(KIT, each, 'esm');
    if (each !== 'hooks' && existsSync(modules)) for (const name of importsOf(modules).names) names.add(name);
  }
  const visited = new Set<string>();
  const visit = (file: string) => {
    if (visited.has(file) || !existsSync(file)) return;
    visited.add(file);
    for (const [, next] of readFileSync(file, 'utf8').matchAll(/from "(\.[^"]+\.mjs)"/g))
      visit(join(dirname(file), next!));
  };
  visit(join(CORE, 'esm/core/MantineProvider/MantineProvider.mjs'));
  for (const name of names) visit(join(CORE, 'esm/components', name, `${name}.mjs`));
  const styled = new Set([...visited].map((file) => /([^/]+)\.module\.mjs$/.exec(file)?.[1]));
  const whole = readFileSync(join(CORE, 'styles.css'), 'utf8');
  const place = (name: string) => whole.indexOf(readFileSync(join(CORE, 'styles', `${name}.css`), 'utf8').slice(0, 60));
  const components = readdirSync(join(CORE, 'styles'))
    .filter((file) => file.endsWith('.css') && !file.endsWith('.layer.css'))
    .map((file) => file.slice(0, -'.css'.length))
    .filter((name) => styled.has(name));
  return [...BASE, ...components.sort((one, other) => place(one) - place(other))];
}

/** Provide `virtual:mantine.css`: the styles of the components that are used, instead of the whole kit's. */
export function mantineStyles(): Plugin {
  const id = 'virtual:mantine.css';
  return {
    name: 'mantine-styles',
    resolveId: (name) => (name === id ? `\0${id}` : undefined),
    load(name) {
      if (name !== `\0${id}`) return undefined;
      return usedStyles()
        .map((each) => readFileSync(join(CORE, 'styles', `${each}.css`), 'utf8'))
        .join('\n');
    },
  };
}
