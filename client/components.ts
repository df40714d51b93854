import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

export interface Component {
  name: string;
  version: string;
  /** As its makers name it; empty if they do not. */
  license: string;
  side: 'client' | 'server';
}

const ROOT = new URL('..', import.meta.url);

/** What a browser is sent parts of, from the lock file. */
function ofClient(): Component[] {
  const lock = JSON.parse(readFileSync(new URL('client/package-lock.json', ROOT), 'utf8')) as {
    packages: Record<string, { version?: string; license?: string; dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, each]) => path.startsWith('node_modules/') && !each.dev)
    .map(([path, each]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: each.version ?? '',
      license: each.license ?? '',
      side: 'client',
    }));
}

/** What the server runs on, from its pinned requirements; licences from what is installed of them. */
function ofServer(): Component[] {
  const pinned = readFileSync(new URL('requirements/run.txt', ROOT), 'utf8');
  const licenses = installed();
  return [...pinned.matchAll(/^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)/gm)].map(([, name, version]) => ({
    name: name!,
    version: version!,
    license: licenses.get(plain(name!)) ?? '',
    side: 'server',
  }));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function installed(): Map<string, string> {
  const found = new Map<string, string>();
  try {
    const lib = new URL('.venv/lib/', ROOT);
    for (const python of readdirSync(lib)) {
      const site = new URL(`${python}/site-packages/`, lib);
      for (const entry of readdirSync(site).filter((each) => each.endsWith('.dist-info'))) {
        const told = readFileSync(new URL(`${entry}/METADATA`, site), 'utf8').split(/\r?\n\r?\n/, 1)[0]!;
        found.set(plain(/^Name: (.+)$/m.exec(told)?.[1] ?? entry), licenseOf(told));
      }
    }
  } catch {
    // Built without the server beside it.
  }
  return found;
}

/** By the newer field, the older one if it is short, or the classifier (core metadata specification). */
export function licenseOf(metadata: string): string {
  const expression = /^License-Expression: (.+)$/m.exec(metadata)?.[1];
  const older = /^License: (.{1,40})$/m.exec(metadata)?.[1];
  const classifier = /^Classifier: License :: (?:OSI Approved :: )?(.+)$/m.exec(metadata)?.[1];
  return (expression ?? older ?? classifier ?? '').trim();
}

/** `virtual:components`: all of it, by name. */
export function components(): Plugin {
  const id = 'virtual:components';
  return {
    name: 'components',
    resolveId: (name) => (name === id ? `\0${id}` : undefined),
    load(name) {
      if (name !== `\0${id}`) return undefined;
      const all = [...ofClient(), ...ofServer()].sort((one, other) => one.name.localeCompare(other.name));
      return `export default ${JSON.stringify(all)}`;
    },
  };
}
