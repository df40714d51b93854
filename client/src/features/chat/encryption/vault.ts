import type {
  ChatDevice,
  ChatMessage,
  EncryptionChange,
  EncryptionGroup,
  KeyPackage,
  NewEncryptionChange,
} from '~/api';
import { asProblem, Problem } from '~/core/problem';
import { randomText } from '~/core/random';
import { DEVICE_WAITS } from '../outbox';
import { apply, change, decrypt, encrypt, join, leavesOf, newKeys, newPackage, ownerOf, start } from './mls';
import type { DeviceKeys, Leaf, StoredPackage } from './mls';

/** The content of an encrypted message. */
export interface Payload {
  text: string;
  mentions: string[];
  reply_to: string | null;
}

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
}

export interface VaultDependencies {
  me(): string | undefined;
  read(key: string): Promise<unknown>;
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
const payloadKey = (conversation: string, body: string) => `mls.text.${conversation}.${body.slice(-32)}`;

export const toBase64 = (raw: Uint8Array) => {
  let all = '';
  for (let at = 0; at < raw.length; at += 8_192) all += String.fromCharCode(...raw.subarray(at, at + 8_192));
  return btoa(all);
};
export const fromBase64 = (encoded: string) => Uint8Array.from(atob(encoded), (each) => each.charCodeAt(0));

/**
 * Keys of the device, and what they have opened.
 *
 * Messages are read in the order of the server, each with the changes of the group that came before it: keys are used
 * once. The new keys and the text are stored together, so a page may be closed at any moment.
 */
export class Vault {
  constructor(private readonly dependencies: VaultDependencies) {}

  /** Let others add this device to their conversations. */
  async register(): Promise<void> {
    await this.device();
  }

  /** Read what was sent, and add and remove devices as the members have them. */
  async tend(conversation: string): Promise<void> {
    await this.locked(conversation, () => this.settled(conversation));
  }

  /** The contents of these messages, as far as this device can read them. */
  async open(conversation: string, messages: readonly ChatMessage[]): Promise<Map<string, Payload>> {
    const sealed = messages.filter((each) => each.encrypted !== null);
    const found = await this.payloads(conversation, sealed);
    if (found.size === sealed.length) return found;
    await this.locked(conversation, async () => {
      const { cursor } = await this.place(conversation);
      if (sealed.some((each) => !found.has(each.id) && each.revision > cursor)) await this.read(conversation);
    });
    return this.payloads(conversation, sealed);
  }

  /** Encrypt a message and send it. It is encrypted anew if the group has changed meanwhile. */
  async send<Sent>(
    conversation: string,
    payload: Payload,
    post: (encrypted: { round: number; body: string }) => Promise<Sent>,
  ): Promise<Sent> {
    return this.locked(conversation, async () => {
      for (let attempt = 1; ; attempt += 1) {
        const place = await this.settled(conversation);
        const made = await encrypt(place.group, JSON.stringify(payload));
        const body = toBase64(made.body);
        const key = payloadKey(conversation, body);
        const next = { ...place, group: made.group };
        const entries: [string, unknown][] = [
          [placeKey(conversation), next],
          [key, payload],
        ];
        await this.dependencies.store(new Map(entries));
        try {
          return await post({ round: place.round, body });
        } catch (fault) {
          if (asProblem(fault).code !== 'stale_round' || attempt === ATTEMPTS) throw fault;
          await this.dependencies.store(new Map([[key, undefined]]));
        }
      }
    });
  }

  /** Delete the contents of messages that have ended. */
  async forget(conversation: string, messages: readonly ChatMessage[]): Promise<void> {
    const keys = messages.flatMap(({ encrypted }) => (encrypted ? [payloadKey(conversation, encrypted.body)] : []));
    if (keys.length > 0) await this.dependencies.store(new Map(keys.map((each) => [each, undefined])));
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

  private async payloads(conversation: string, messages: readonly ChatMessage[]): Promise<Map<string, Payload>> {
    const found = new Map<string, Payload>();
    for (const { id, encrypted } of messages) {
      const payload = await this.dependencies.read(payloadKey(conversation, encrypted?.body ?? ''));
      if (payload) found.set(id, payload as Payload);
    }
    return found;
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
    for (let more = true; more;) {
      const page = await this.dependencies.since(conversation, place.cursor);
      for (const message of page.items) {
        const entries = new Map<string, unknown>();
        const { encrypted } = message;
        const key = payloadKey(conversation, encrypted?.body ?? '');
        if (encrypted && (await this.dependencies.read(key)) === undefined) {
          await advance(encrypted.round);
          const read = await opened(place.group, encrypted.body, message.person_id);
          if (read) {
            place = { ...place, group: read.group };
            entries.set(key, read.payload);
          }
        }
        place = { ...place, cursor: message.revision };
        if (entries.size > 0) await this.dependencies.store(entries.set(placeKey(conversation), place));
      }
      more = page.next !== null && page.items.length > 0;
    }
    await advance(view.round);
    return this.stored(conversation, place);
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

/** The content of a message of its author; undefined for one that the device cannot read. */
async function opened(
  group: Uint8Array | undefined,
  body: string,
  author: string | null,
): Promise<{ group: Uint8Array; payload: Payload } | undefined> {
  if (!group) return undefined;
  try {
    const { plain, from, group: next } = await decrypt(group, fromBase64(body));
    // The server names the author: it must be the person whose device has signed.
    if (from.person !== author) return undefined;
    const payload = JSON.parse(plain) as Payload;
    return { group: next, payload };
  } catch {
    return undefined;
  }
}
