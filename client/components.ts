import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

interface Component {
  name: string;
  version: string;
  /** SPDX id or name as published; empty if unknown. */
  license: string;
  side: 'client' | 'server';
}

const ROOT = new URL('..', import.meta.url);

interface LockedPackage {
  version?: string;
  license?: string;
  dependencies?: Record<string, string>;
}

/** Packages that a runtime package declares as a dependency, but that are used at build time only. */
const BUILD_TIME = /^@types\/|^@lingui\/babel-plugin-/;
const MODULES = 'node_modules/';

/** Components that the browser may load, from the lock file: what the dependencies of the client need at run time. */
function clientComponents(): Component[] {
  const { packages } = JSON.parse(readFileSync(new URL('client/package-lock.json', ROOT), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Map<string, Component>();
  const visit = (from: string) => {
    for (const name of Object.keys(packages[from]?.dependencies ?? {})) {
      const path = BUILD_TIME.test(name) ? undefined : resolvePackage(packages, from, name);
      if (path === undefined || found.has(path)) continue;
      const { version = '', license = '' } = packages[path]!;
      found.set(path, { name, version, license, side: 'client' });
      visit(path);
    }
  };
  visit('');
  return [...found.values()];
}

/** Path of a package as Node.js resolves it: nested next to its user, or in a folder further up. */
function resolvePackage(packages: Record<string, LockedPackage>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(`/${MODULES}`)))) {
    const path = `${folder && `${folder}/`}${MODULES}${name}`;
    if (path in packages) return path;
    if (!folder) return undefined;
  }
}

/** Server dependencies, from the pinned requirements; licences from the installed distributions. */
function serverComponents(): Component[] {
  const pinned = readFileSync(new URL('requirements/run.txt', ROOT), 'utf8');
  const licenses = installedLicenses();
  return [...pinned.matchAll(/^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)/gm)].map(([, name, version]) => ({
    name: name!,
    version: version!,
    license: licenses.get(normalizedName(name!)) ?? '',
    side: 'server',
  }));
}

function normalizedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function installedLicenses(): Map<string, string> {
  const found = new Map<string, string>();
  try {
    const lib = new URL('.venv/lib/', ROOT);
    for (const python of readdirSync(lib)) {
      const site = new URL(`${python}/site-packages/`, lib);
      for (const entry of readdirSync(site).filter((each) => each.endsWith('.dist-info'))) {
        const metadata = readFileSync(new URL(`${entry}/METADATA`, site), 'utf8').split(/\r?\n\r?\n/, 1)[0]!;
        found.set(normalizedName(/^Name: (.+)$/m.exec(metadata)?.[1] ?? entry), licenseOf(metadata));
      }
    }
  } catch {
    // The server environment is not installed.
  }
  return found;
}

/**
 * Return the license from `License-Expression`, a short `License` field, or the classifier (core metadata
 * specification).
 */
export function licenseOf(metadata: string): string {
  const expression = /^License-Expression: (.+)$/m.exec(metadata)?.[1];
  const older = /^License: (.{1,40})$/m.exec(metadata)?.[1];
  const classifier = /^Classifier: License :: (?:OSI Approved :: )?(.+)$/m.exec(metadata)?.[1];
  return (expression ?? older ?? classifier ?? '').trim();
}

/** Provide `virtual:components`: all components, sorted by name. */
export function components(): Plugin {
  const id = 'virtual:components';
  return {
    name: 'components',
    resolveId: (name) => (name === id ? `\0${id}` : undefined),
    load(name) {
      if (name !== `\0${id}`) return undefined;
      const all = [...clientComponents(), ...serverComponents()].sort((one, other) =>
        one.name.localeCompare(other.name),
      );
      return `export default ${JSON.stringify(all)}`;
    },
  };
}
