import { useEffect } from 'react';
import { createStore, useValue } from './store';

/** A picture of a person that can be fetched. Another picture has another version. */
export interface PictureSource {
  version: string;
  load(): Promise<Blob>;
}

/** Pictures by what they are found by: the id of a person, extension or contact, or a number. */
export type PictureSources = ReadonlyMap<string, PictureSource>;

/** Requests at a time: a list of many people must not delay other requests. */
const MOST_REQUESTS = 4;

const groups = createStore<Readonly<Record<string, PictureSources>>>({});
/** Addresses of the fetched pictures, by version; undefined while one is fetched. */
const addresses = createStore<ReadonlyMap<string, string | undefined>>(new Map());
let waiting: PictureSource[] = [];
let running = 0;

/** Replace the pictures of a group, such as those of colleagues. Pictures that are not in any group are dropped. */
export function setPictures(group: string, sources: PictureSources): void {
  groups.setState((before) => ({ ...before, [group]: sources }));
  const present = new Set(Object.values(groups.state).flatMap((each) => [...each.values()].map((one) => one.version)));
  waiting = waiting.filter((each) => present.has(each.version));
  for (const [version, url] of addresses.state) if (!present.has(version)) forget(version, url);
}

/** Add pictures to a group, or remove those that are undefined. */
export function changePictures(group: string, changes: ReadonlyMap<string, PictureSource | undefined>): void {
  const before = groups.state[group] ?? new Map<string, PictureSource>();
  const differs = ([key, source]: [string, PictureSource | undefined]) => before.get(key)?.version !== source?.version;
  if (![...changes].some(differs)) return;
  const after = new Map(before);
  for (const [key, source] of changes) {
    if (source) after.set(key, source);
    else after.delete(key);
  }
  setPictures(group, after);
}

/** Address of the picture of a person, once it is fetched; undefined without one. */
export function usePicture(of: string | undefined): string | undefined {
  const source = useValue(groups, (all) => (of ? sourceOf(all, of) : undefined));
  const url = useValue(addresses, (each) => (source ? each.get(source.version) : undefined));
  useEffect(() => {
    if (source) want(source);
  }, [source]);
  return url;
}

function sourceOf(all: Readonly<Record<string, PictureSources>>, of: string): PictureSource | undefined {
  for (const each of Object.values(all)) {
    const found = each.get(of);
    if (found) return found;
  }
  return undefined;
}

function want(source: PictureSource): void {
  if (addresses.state.has(source.version)) return;
  put(source.version, undefined);
  waiting.push(source);
  next();
}

function next(): void {
  while (running < MOST_REQUESTS && waiting.length > 0) {
    running += 1;
    void fetchOne(waiting.shift()!).finally(() => {
      running -= 1;
      next();
    });
  }
}

async function fetchOne(source: PictureSource): Promise<void> {
  try {
    const url = URL.createObjectURL(await source.load());
    // It may have been replaced meanwhile, or the user has signed out.
    if (addresses.state.has(source.version)) put(source.version, url);
    else URL.revokeObjectURL(url);
  } catch {
    forget(source.version, undefined); // the letters are shown; fetched again when it is shown next
  }
}

function put(version: string, url: string | undefined): void {
  addresses.setState((before) => new Map(before).set(version, url));
}

function forget(version: string, url: string | undefined): void {
  if (url) URL.revokeObjectURL(url);
  addresses.setState((before) => new Map([...before].filter(([each]) => each !== version)));
}
