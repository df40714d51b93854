import type {
  ChatDevice,
  ChatMessage,
  EncryptionChange,
  EncryptionGroup,
  KeyPackage,
  NewEncryptionChange,
} from '~/api';
import { fromBase64, toBase64 } from '~/core/base64';
import { asProblem, Problem } from '~/core/problem';
import { randomText } from '~/core/random';
import { DEVICE_WAITS } from '../outbox';
import { apply, change, decrypt, encrypt, join, leavesOf, newKeys, newPackage, ownerOf, start } from './mls';
import type { DeviceKeys, Leaf, StoredPackage } from './mls';
import {
  bodiesOf,
  fits,
  placeOf,
  shownMessage,
  type Body,
  type Content,
  type Payload,
  type ReactionPayload,
} from './payload';

/** The device in all groups. */
interface Device {
  id: string;
  person: string;
  keys: DeviceKeys;
  packages: StoredPackage[];
  lastResort: StoredPackage;
  registered: boolean;
}

/** A change that was sent; its answer may have been lost. */
interface Pending {
  body: string;
  group: Uint8Array;
}

/** The state of the device in one group. */
interface Place {
  device: string;
  /** Number of the newest change that it has taken. */
  round: number;
  /** Keys; undefined while the device is not in the group. */
  group?: Uint8Array;
  /** Number of the newest message or change of a message that was read. */
  cursor: number;
  pending?: Pending;
  /** Place of the oldest message that had not ended when contents were last deleted. */
  oldest?: number;
}

export interface VaultDependencies {
  me(): string | undefined;
  /** Rejects if storage is unavailable. */
  read(key: string): Promise<unknown>;
  /** All values whose keys begin with this. */
  readAll(prefix: string): Promise<ReadonlyMap<string, unknown>>;
  /** Store all of these, or nothing and throw; undefined deletes. */
  store(entries: ReadonlyMap<string, unknown>): Promise<void>;
  /** Run work alone among all tabs. */
  lock<T>(name: string, work: () => Promise<T>): Promise<T>;
  register(id: string, packages: string[], lastResort: string | null): Promise<unknown>;
  group(conversation: string, after: number): Promise<EncryptionGroup>;
  claim(conversation: string, devices: string[]): Promise<KeyPackage[]>;
  /** Returns the number of the change. */
  change(conversation: string, change: NewEncryptionChange): Promise<number>;
  leave(conversation: string): Promise<unknown>;
  since(conversation: string, cursor: number): Promise<{ items: ChatMessage[]; next: string | null }>;
}

const DEVICE = 'mls.device';
const PACKAGES = 20;
const FEW = 5;
const ATTEMPTS = 6;

const placeKey = (conversation: string) => `mls.group.${conversation}`;
/** A body ends with its authentication tag, which no other body has. */
const CONTENTS = 'mls.text.';
const contentKey = (conversation: string, body: string) => `${CONTENTS}${conversation}.${body.slice(-32)}`;

/**
 * Keys of the device, and what they have opened.
 *
 * Messages are read in the order of the server, each with the changes of the group that came before it: keys are used
 * once. The new keys and the text are stored together, so a page may be closed at any moment.
 */
export class Vault {
  private readonly dependencies: VaultDependencies;

  constructor(dependencies: VaultDependencies) {
    const { read, store } = dependencies;
    // It says nothing about the keys, which are given up for other faults.
    const fail = (fault: unknown): never => {
      throw asProblem(fault);
    };
    this.dependencies = {
      ...dependencies,
      read: (key) => read(key).catch(fail),
      store: (entries) => store(entries).catch(fail),
    };
  }

  /** Let others add this device to their conversations. */
  async register(): Promise<void> {
    await this.device();
  }

  /** Read what was sent, and add and remove devices as the members have them. */
  async tend(conversation: string): Promise<void> {
    await this.locked(conversation, () => this.settled(conversation));
  }

  /** These messages with their contents, as far as this device can read them. */
  async open(conversation: string, messages: readonly ChatMessage[]): Promise<ChatMessage[]> {
    let found = await this.contents(conversation, messages);
    const missing = messages.filter((each) => bodiesOf(each).some(({ body }) => !found.has(body)));
    if (missing.length > 0) {
      await this.locked(conversation, async () => {
        const { cursor } = await this.place(conversation);
        if (missing.some((each) => each.revision > cursor)) await this.read(conversation);
      });
      found = await this.contents(conversation, messages);
    }
    return messages.map((each) => shownMessage(each, found));
  }

  /** Read what was sent and changed. */
  async catchUp(conversation: string): Promise<void> {
    await this.locked(conversation, () => this.read(conversation));
  }

  /** Delete the contents of messages that have disappeared at a time in ISO 8601. */
  async sweep(now: string): Promise<void> {
    await this.drop('', ({ of }) => typeof of?.expires === 'string' && Date.parse(of.expires) <= Date.parse(now));
  }

  /** Encrypt a message or reaction and send it. It is encrypted anew if the group has changed meanwhile. */
  async send(
    conversation: string,
    payload: Payload | ReactionPayload,
    post: (encrypted: { round: number; body: string }) => Promise<ChatMessage>,
  ): Promise<ChatMessage> {
    return this.locked(conversation, async () => {
      for (let attempt = 1; ; attempt += 1) {
        const place = await this.settled(conversation);
        const content: Content = { ...payload, author: this.dependencies.me() };
        const made = await encrypt(place.group, JSON.stringify(payload));
        const body = toBase64(made.body);
        const key = contentKey(conversation, body);
        const next = { ...place, group: made.group };
        const entries: [string, unknown][] = [
          [placeKey(conversation), next],
          [key, content],
        ];
        await this.dependencies.store(new Map(entries));
        try {
          const sent = await post({ round: place.round, body });
          await this.dependencies.store(new Map([[key, { ...content, of: placeOf(sent) }]]));
          return sent;
        } catch (fault) {
          if (asProblem(fault).code !== 'stale_round' || attempt === ATTEMPTS) throw fault;
          await this.dependencies.store(new Map([[key, undefined]]));
        }
      }
    });
  }

  /** Delete the contents of messages that have ended. */
  async forget(conversation: string, ids: readonly string[]): Promise<void> {
    await this.drop(conversation, ({ of }) => of !== undefined && ids.includes(of.id));
  }

  /** The devices that can read a conversation, and the own one. */
  async devices(conversation: string): Promise<{ own: string; leaves: Leaf[] }> {
    const { device, group } = await this.place(conversation);
    return { own: device, leaves: group ? leavesOf(group) : [] };
  }

  private locked<T>(conversation: string, work: () => Promise<T>): Promise<T> {
    return this.dependencies.lock(`unificx.mls.${conversation}`, work);
  }

  private async place(conversation: string): Promise<Place> {
    const stored = (await this.dependencies.read(placeKey(conversation))) as Place | undefined;
    return stored ?? { device: '', round: 0, cursor: 0 };
  }

  /** The contents of these messages that the device has read, by body. */
  private async contents(conversation: string, messages: readonly ChatMessage[]): Promise<Map<string, Content>> {
    const found = new Map<string, Content>();
    for (const { body } of messages.flatMap(bodiesOf)) {
      const content = await this.dependencies.read(contentKey(conversation, body));
      if (content) found.set(body, content as Content);
    }
    return found;
  }

  /** Delete contents, of one conversation or of all. */
  private async drop(conversation: string, isGone: (content: Content, key: string) => boolean): Promise<void> {
    const all = await this.dependencies.readAll(CONTENTS + (conversation && `${conversation}.`));
    const gone = [...all].filter(([key, content]) => isGone(content as Content, key));
    if (gone.length > 0) await this.dependencies.store(new Map(gone.map(([key]) => [key, undefined])));
  }

  /** The device, registered; made if there is none. */
  private device(lost = ''): Promise<Device> {
    return this.dependencies.lock('unificx.mls.device', async () => {
      const person = this.dependencies.me();
      if (!person) throw Problem.unreachable();
      let device = (await this.dependencies.read(DEVICE)) as Device | undefined;
      if (!device || device.person !== person || device.id === lost) {
        const [id, keys] = [randomText(18), await newKeys()];
        const lastResort = await newPackage(person, id, keys);
        device = { id, person, keys, lastResort, packages: [], registered: false };
      }
      return device.registered ? device : this.refill(device);
    });
  }

  private async refill(device: Device): Promise<Device> {
    const added: StoredPackage[] = [];
    while (added.length < PACKAGES) added.push(await newPackage(device.person, device.id, device.keys));
    const packages = [...device.packages, ...added].slice(-4 * PACKAGES);
    // Stored first: the server never has keys whose other half is lost.
    await this.dependencies.store(new Map([[DEVICE, { ...device, packages }]]));
    const bodies = added.map(({ body }) => toBase64(body));
    await this.dependencies.register(device.id, bodies, toBase64(device.lastResort.body));
    const registered = { ...device, packages, registered: true };
    await this.dependencies.store(new Map([[DEVICE, registered]]));
    return registered;
  }

  /** Read everything, and bring the group into step with the devices of the members. */
  private async settled(conversation: string): Promise<Place & { group: Uint8Array }> {
    for (let attempt = 1; ; attempt += 1) {
      const { place, view } = await this.read(conversation);
      try {
        return await this.reconciled(conversation, place, view);
      } catch (fault) {
        if (asProblem(fault).code !== 'stale_round' || attempt === ATTEMPTS) throw fault;
      }
    }
  }

  /** Take the changes of the group and read the messages, in the order of the server. */
  private async read(conversation: string): Promise<{ place: Place; view: EncryptionGroup }> {
    const stored = await this.place(conversation);
    let device = await this.device();
    let view = await this.dependencies.group(conversation, stored.device === device.id ? stored.round : 0);
    if (view.own !== device.id) {
      device = await this.device(device.id);
      view = await this.dependencies.group(conversation, 0);
    } else if (view.key_packages < FEW) {
      device = await this.dependencies.lock('unificx.mls.device', async () =>
        this.refill(((await this.dependencies.read(DEVICE)) as Device | undefined) ?? device),
      );
    }
    let place = stored.device === device.id ? stored : { device: device.id, round: 0, cursor: 0 };
    place = await this.entered(conversation, place, view, device);
    if (place.oldest !== view.oldest) {
      await this.drop(conversation, ({ of }) => of !== undefined && of.seq < view.oldest);
      place = await this.stored(conversation, { ...place, oldest: view.oldest });
    }
    if (!place.group) return { place, view };
    try {
      place = await this.readMessages(conversation, place, view);
    } catch (fault) {
      if (fault instanceof Problem) throw fault;
      place = await this.lost(conversation, place); // a change is missing, or cannot be taken
    }
    return { place, view };
  }

  /** Join the group if the device was added to it. */
  private async entered(conversation: string, place: Place, view: EncryptionGroup, device: Device): Promise<Place> {
    const own = view.devices.find((each) => each.id === device.id);
    if (!own || own.joined === null) return this.stored(conversation, { ...place, group: undefined });
    if (place.group && place.round >= own.joined) return place;
    const { pending } = place;
    if (pending && view.welcome?.body === pending.body) {
      const { joined: round, from_seq: cursor } = own;
      return this.stored(conversation, { device: device.id, round, cursor, group: pending.group });
    }
    const welcome = view.welcome?.welcome;
    const joined = welcome
      ? await join(fromBase64(welcome), [...device.packages, device.lastResort]).catch(() => undefined)
      : undefined;
    if (!joined) return this.lost(conversation, place);
    const next = { device: device.id, round: own.joined, cursor: own.from_seq, group: joined.group };
    await this.dependencies.lock('unificx.mls.device', async () => {
      // Another conversation may have taken or added others meanwhile.
      const newest = ((await this.dependencies.read(DEVICE)) as Device | undefined) ?? device;
      const packages = newest.packages.filter(({ body }) => toBase64(body) !== toBase64(joined.used.body));
      const entries: [string, unknown][] = [
        [placeKey(conversation), next],
        [DEVICE, { ...newest, packages }],
      ];
      await this.dependencies.store(new Map(entries));
    });
    return next;
  }

  /** The keys of the group are gone: other devices add this one anew. */
  private async lost(conversation: string, place: Place): Promise<Place> {
    await this.dependencies.leave(conversation);
    return this.stored(conversation, { ...place, group: undefined, pending: undefined });
  }

  private async readMessages(conversation: string, before: Place, view: EncryptionGroup): Promise<Place> {
    let place = before;
    let changes = view.changes;
    const advance = async (round: number) => {
      while (place.round < round) {
        const next = changes.find((each) => each.round === place.round + 1);
        if (next) place = await taken(place, next);
        else {
          changes = (await this.dependencies.group(conversation, place.round)).changes;
          if (changes[0]?.round !== place.round + 1) throw new Error('A change is missing.');
        }
      }
    };
    const messages = await this.changedSince(conversation, before.cursor);
    // A reaction moves its message behind later ones; keys are taken in the order of the changes of the group.
    for (const body of messages.flatMap(bodiesOf).sort((a, b) => a.round - b.round)) {
      const key = contentKey(conversation, body.body);
      const of = placeOf(body.message);
      const present = (await this.dependencies.read(key)) as Content | undefined;
      if (present) {
        if (present.of?.expires !== of.expires) await this.dependencies.store(new Map([[key, { ...present, of }]]));
        continue;
      }
      await advance(body.round);
      const read = await opened(place.group, body);
      if (!read) continue;
      place = { ...place, group: read.group };
      const entries: [string, unknown][] = [
        [placeKey(conversation), place],
        [key, { ...read.content, of }],
      ];
      await this.dependencies.store(new Map(entries));
    }
    await this.dropReplaced(conversation, messages);
    await advance(view.round);
    return this.stored(conversation, { ...place, cursor: messages.at(-1)?.revision ?? place.cursor });
  }

  /** Messages that were sent or changed after a number, in this order. */
  private async changedSince(conversation: string, cursor: number): Promise<ChatMessage[]> {
    const messages: ChatMessage[] = [];
    for (let more = true; more;) {
      const page = await this.dependencies.since(conversation, messages.at(-1)?.revision ?? cursor);
      messages.push(...page.items);
      more = page.next !== null && page.items.length > 0;
    }
    return messages;
  }

  /** Delete earlier texts of changed messages, contents of deleted ones, and reactions that were taken back. */
  private async dropReplaced(conversation: string, messages: readonly ChatMessage[]): Promise<void> {
    const changed = messages.filter((each) => each.revision > each.seq);
    if (changed.length === 0) return;
    const ids = new Set(changed.map((each) => each.id));
    const valid = new Set(changed.flatMap(bodiesOf).map(({ body }) => contentKey(conversation, body)));
    await this.drop(conversation, ({ of }, key) => of !== undefined && ids.has(of.id) && !valid.has(key));
  }

  private async reconciled(
    conversation: string,
    place: Place,
    view: EncryptionGroup,
  ): Promise<Place & { group: Uint8Array }> {
    const { group } = place;
    const others = view.devices.filter((each) => each.id !== place.device);
    if (!group) {
      if (view.devices.some((each) => each.joined !== null)) {
        throw new Problem(DEVICE_WAITS, 503, 'Another device has to add this one first.');
      }
      const { lastResort } = await this.device();
      const fresh = await start(`${conversation}/${randomText(12)}`, lastResort);
      return this.changed(conversation, { ...place, group: fresh, round: view.round }, [], others, true);
    }
    const staying = new Set(others.filter((each) => each.joined !== null).map((each) => each.id));
    const removed = leavesOf(group).filter(({ device }) => device !== place.device && !staying.has(device));
    const added = others.filter((each) => each.joined === null);
    if (removed.length === 0 && added.length === 0) return { ...place, group };
    return this.changed(conversation, { ...place, group }, removed, added, false);
  }

  private async changed(
    conversation: string,
    place: Place & { group: Uint8Array },
    removed: Leaf[],
    wanted: ChatDevice[],
    restart: boolean,
  ): Promise<Place & { group: Uint8Array }> {
    const ids = wanted.map((each) => each.id);
    const claimed = ids.length > 0 ? await this.dependencies.claim(conversation, ids) : [];
    const packages = claimed.filter(({ person_id: person, device_id: device, key_package: body }) => {
      const owner = ownerOf(fromBase64(body));
      return owner.person === person && owner.device === device;
    });
    if (!restart && removed.length === 0 && packages.length === 0) return place;
    const made = await change(
      place.group,
      removed,
      packages.map((each) => fromBase64(each.key_package)),
    );
    // The first change of a new group is a mark only: all devices join by its Welcome.
    const body = restart ? toBase64(crypto.getRandomValues(new Uint8Array(24))) : toBase64(made.body);
    const former = restart ? { ...place, group: undefined } : place;
    await this.stored(conversation, { ...former, pending: { body, group: made.group } });
    const round = await this.dependencies.change(conversation, {
      round: place.round,
      restart,
      body,
      welcome: made.welcome ? toBase64(made.welcome) : null,
      added: [...packages.map((each) => each.device_id), ...(restart ? [place.device] : [])],
      removed: removed.map(({ device }) => device).filter((each) => !ids.includes(each)),
    });
    const next = { ...place, round, group: made.group, pending: undefined };
    await this.stored(conversation, next);
    return next;
  }

  private async stored<P extends Place>(conversation: string, place: P): Promise<P> {
    await this.dependencies.store(new Map([[placeKey(conversation), place]]));
    return place;
  }
}

/** A place after the next change of its group. */
async function taken(place: Place, next: EncryptionChange): Promise<Place> {
  const { group, pending } = place;
  if (!group || next.restart) throw new Error('The group has begun anew.');
  if (pending?.body === next.body) return { ...place, round: next.round, group: pending.group, pending: undefined };
  return { ...place, round: next.round, group: await apply(group, fromBase64(next.body)), pending: undefined };
}

/** The content of a body of its author; undefined for one that the device cannot read. */
async function opened(
  group: Uint8Array | undefined,
  body: Body,
): Promise<{ group: Uint8Array; content: Content } | undefined> {
  if (!group) return undefined;
  try {
    const { plain, from, group: next } = await decrypt(group, fromBase64(body.body));
    // The server names the author: it must be the person whose device has signed.
    if (from.person !== body.author) return undefined;
    const content = JSON.parse(plain) as Content;
    return fits(content, body) ? { group: next, content: { ...content, author: from.person } } : undefined;
  } catch {
    return undefined;
  }
}
