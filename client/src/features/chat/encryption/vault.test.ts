import { Blob } from 'node:buffer';
import { webcrypto } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { ChatMessage, EncryptionGroup, KeyPackage, NewEncryptionChange } from '~/api';
import { Problem } from '~/core/problem';
import { safetyNumber } from './safety';
import { decryptFile, encryptFile } from './files';
import type { Payload } from './payload';
import { Vault } from './vault';

// Missing in jsdom.
vi.stubGlobal('crypto', webcrypto);
vi.stubGlobal('Blob', Blob);

interface Registered {
  id: string;
  person: string;
  packages: string[];
  lastResort: string;
  joined: number | null;
  from_seq: number;
}

/** The server, for one conversation: it orders what it cannot read. */
class Server {
  devices: Registered[] = [];
  changes: (NewEncryptionChange & { number: number })[] = [];
  messages: ChatMessage[] = [];
  /** Loses the answer to the next change, or lets another one come first. */
  fault?: 'lost' | 'late';
  /** Place of the oldest message that has not ended. */
  oldest = 1;
  private revision = 0;

  get round(): number {
    return this.changes.length;
  }

  view(own: Device, after: number): EncryptionGroup {
    const me = this.devices.find((each) => each.id === own.registered);
    const shown = (change: (typeof this.changes)[number]) => ({
      round: change.number,
      restart: change.restart ?? false,
      body: change.body,
      welcome: change.welcome ?? null,
    });
    const welcome = me?.joined && me.joined > after ? this.changes[me.joined - 1] : undefined;
    return {
      round: this.round,
      own: me?.id ?? null,
      key_packages: me?.packages.length ?? 0,
      devices: this.devices.map(({ id, person: person_id, joined, from_seq }) => ({ id, person_id, joined, from_seq })),
      welcome: welcome ? shown(welcome) : null,
      changes: this.changes.slice(after, after + 20).map(shown),
      oldest: this.oldest,
    };
  }

  change(change: NewEncryptionChange): number {
    if (change.round !== this.round) throw new Problem('stale_round', 409, '');
    if (change.restart && this.devices.some((each) => each.joined)) throw new Problem('stale_round', 409, '');
    this.changes.push({ ...change, number: this.round + 1 });
    for (const each of this.devices) {
      if (change.removed.includes(each.id)) each.joined = null;
      if (change.added.includes(each.id)) [each.joined, each.from_seq] = [this.round, this.revision];
    }
    if (this.fault === 'lost') {
      this.fault = undefined;
      throw Problem.unreachable();
    }
    return this.round;
  }

  post(person: string, encrypted: { round: number; body: string }): ChatMessage {
    if (encrypted.round !== this.round) throw new Problem('stale_round', 409, '');
    const seq = (this.revision += 1);
    const of = { id: `m${seq}`, seq, revision: seq, client_id: `c${seq}`, person_id: person, state: 'sent' };
    const message = {
      ...of,
      conversation_id: 'c',
      format: 'mls',
      text: null,
      encrypted,
      expires: null,
      attachments: [],
    } as unknown as ChatMessage;
    this.messages.push(message);
    return message;
  }

  /** Change a message: it comes after all others. */
  edit(id: string, change: Partial<ChatMessage>): ChatMessage {
    const before = this.messages.find((each) => each.id === id)!;
    const after = { ...before, ...change, revision: (this.revision += 1) };
    this.messages = [...this.messages.filter((each) => each.id !== id), after];
    return after;
  }
}

/** A device with its storage. */
class Device {
  readonly stored = new Map<string, unknown>();
  registered = '';
  readonly vault: Vault;
  /** The storage loses its connection while messages are read, or takes nothing. */
  broken?: 'read' | 'store';

  constructor(
    readonly server: Server,
    readonly person: string,
  ) {
    const locks = new Map<string, Promise<unknown>>();
    this.vault = new Vault({
      me: () => person,
      read: async (key) => {
        if (this.broken === 'read' && key.startsWith('mls.text.')) throw new DOMException('', 'UnknownError');
        return structuredClone(this.stored.get(key));
      },
      readAll: async (prefix) => new Map([...this.stored].filter(([key]) => key.startsWith(prefix))),
      store: async (entries) => {
        if (this.broken === 'store') throw new DOMException('', 'QuotaExceededError');
        for (const [key, value] of entries) {
          if (value === undefined) this.stored.delete(key);
          else this.stored.set(key, structuredClone(value));
        }
      },
      lock: (name, work) => {
        const next = (locks.get(name) ?? Promise.resolve()).then(work, work);
        locks.set(name, next);
        return next;
      },
      register: async (id, packages, lastResort) => {
        const present = server.devices.find((each) => each.id === id);
        if (present) present.packages.push(...packages);
        else {
          server.devices = server.devices.filter((each) => each.id !== this.registered);
          const of = { id, person, packages, lastResort: lastResort ?? '' };
          server.devices.push({ ...of, joined: null, from_seq: 0 });
        }
        this.registered = id;
      },
      group: async (_, after) => server.view(this, after),
      claim: async (_, ids) =>
        server.devices
          .filter((each) => ids.includes(each.id))
          .map((each): KeyPackage => {
            const key_package = each.packages.shift() ?? each.lastResort;
            return { device_id: each.id, person_id: each.person, key_package };
          }),
      change: async (_, change) => server.change(change),
      leave: async () => {
        for (const each of server.devices) if (each.id === this.registered) each.joined = null;
      },
      since: async (_, cursor) => ({ items: server.messages.filter((each) => each.revision > cursor), next: null }),
    });
  }

  send(text: string): Promise<ChatMessage> {
    const payload: Payload = { text, mentions: [], reply_to: null };
    return this.vault.send('c', payload, async (encrypted) => this.server.post(this.person, encrypted));
  }

  /** The texts that the device can read. */
  async texts(): Promise<(string | undefined)[]> {
    const found = await this.vault.open('c', this.server.messages);
    return found.map(({ text }) => text ?? undefined);
  }

  react(message: ChatMessage, reaction: string): Promise<ChatMessage> {
    return this.vault.send('c', { reaction, to: message.id }, async (encrypted) =>
      this.server.edit(message.id, { encrypted_reactions: [{ ...encrypted, person_id: this.person }] }),
    );
  }

  /** Texts and reactions that are stored on the device. */
  contents(): number {
    return [...this.stored.keys()].filter((each) => each.startsWith('mls.text.')).length;
  }
}

async function people(...names: string[]): Promise<[Server, ...Device[]]> {
  const server = new Server();
  const devices = names.map((each) => new Device(server, each));
  for (const each of devices) await each.vault.register();
  return [server, ...devices];
}

describe('a conversation that is encrypted end to end', () => {
  test('is read by the devices of its members, in both directions, and not by the server', async () => {
    const [server, ada, ben] = (await people('ada', 'ben')) as [Server, Device, Device];
    await ada.send('Meet me at the harbour');
    await ben.send('At nine');
    await ada.send('Good');
    const all = ['Meet me at the harbour', 'At nine', 'Good'];
    expect([await ada.texts(), await ben.texts()]).toEqual([all, all]);
    expect(server.devices[1]?.packages).toHaveLength(19);
    const stored = JSON.stringify([server.messages, server.changes]);
    const bodies = server.messages.map((each) => atob(each.encrypted?.body ?? '')).join();
    expect([stored, bodies].some((each) => each.includes('harbour'))).toBe(false);
    const numbers = await Promise.all(
      [ada, ben].map(async (each) => safetyNumber((await each.vault.devices('c')).leaves, ['ada', 'ben'])),
    );
    expect(numbers[0]).toBe(numbers[1]);
    expect(numbers[0]).toMatch(/^(\d{5} ){11}\d{5}$/);
  });

  test('has the second devices of people from when they are added, and not those of before', async () => {
    const [server, ada, ben] = (await people('ada', 'ben')) as [Server, Device, Device];
    await ada.send('Before');
    const second = new Device(server, 'ben');
    await second.vault.register();
    await ada.send('After');
    expect(await second.texts()).toEqual([undefined, 'After']);
    expect(await ben.texts()).toEqual(['Before', 'After']);
    server.devices = server.devices.filter((each) => each.id !== ben.registered); // signed out
    await second.send('Without the first one');
    expect((await ada.vault.devices('c')).leaves).toHaveLength(3); // not read yet
    expect(await ada.texts()).toEqual(['Before', 'After', 'Without the first one']);
    expect((await ada.vault.devices('c')).leaves.map((each) => each.device)).toEqual([
      ada.registered,
      second.registered,
    ]);
  });

  test.each(['read', 'store'] as const)('is not given up where the storage fails for a while: %s', async (broken) => {
    const [, ada, ben] = (await people('ada', 'ben')) as [Server, Device, Device];
    await ada.send('One');
    await ben.texts();
    await ada.send('Two');
    const { registered } = ben;
    ben.broken = broken;
    await expect(ben.vault.catchUp('c')).rejects.toThrow();
    ben.broken = undefined;
    await ada.send('Three');
    expect(await ben.texts()).toEqual(['One', 'Two', 'Three']);
    expect(ben.registered).toBe(registered);
  });

  test('survives lost answers, changes at the same time and a late reader', async () => {
    const [server, ada, ben, cleo] = (await people('ada', 'ben', 'cleo')) as [Server, Device, Device, Device];
    server.fault = 'lost';
    await expect(ada.send('One')).rejects.toThrow();
    await ada.send('One');
    const dan = new Device(server, 'dan');
    await dan.vault.register();
    await Promise.all([ada.vault.tend('c'), ben.vault.tend('c')]);
    await Promise.all([ada.send('Two'), ben.send('Three')]);
    server.fault = 'lost';
    const emil = new Device(server, 'emil');
    await emil.vault.register();
    await expect(ben.send('Four')).rejects.toThrow();
    await ben.send('Four');
    const texts = (await ada.texts()) as string[];
    expect([...texts].sort()).toEqual(['Four', 'One', 'Three', 'Two']);
    expect([await cleo.texts(), await ben.texts()]).toEqual([texts, texts]);
    expect((await dan.texts()).filter(Boolean)).toHaveLength(3);
  });

  test('a device that has lost its keys is added anew, and a group without devices begins anew', async () => {
    const [server, ada, ben] = (await people('ada', 'ben')) as [Server, Device, Device];
    await ada.send('One');
    await ben.texts();
    ben.stored.delete('mls.group.c');
    for (const key of [...ben.stored.keys()]) if (key.startsWith('mls.text')) ben.stored.delete(key);
    await expect(ben.send('Lost')).rejects.toMatchObject({ code: 'device_waits' });
    await ada.vault.tend('c');
    await ben.send('Back');
    expect([await ada.texts(), await ben.texts()]).toEqual([
      ['One', 'Back'],
      [undefined, 'Back'],
    ]);
    for (const each of server.devices) each.joined = null;
    await ben.send('Anew');
    expect(await ada.texts()).toEqual(['One', 'Back', 'Anew']);
  });

  test('has reactions, which another device can put neither on another message nor into the name of another person', async () => {
    const [server, ada, ben, cleo] = (await people('ada', 'ben', 'cleo')) as [Server, Device, Device, Device];
    const [first, second] = [await ada.send('One'), await ada.send('Two')];
    await ben.react(first, '👍');
    const dan = new Device(server, 'ada');
    await dan.vault.register();
    await ada.vault.tend('c'); // the group changes between the message and what is read late
    const shown = await cleo.vault.open('c', server.messages);
    expect(shown.map(({ text, reactions }) => [text, reactions])).toEqual([
      ['Two', []],
      ['One', [{ emoji: '👍', person_ids: ['ben'] }]],
    ]);
    const [reaction] = server.messages.find(({ id }) => id === first.id)!.encrypted_reactions;
    server.edit(second.id, { encrypted_reactions: [reaction!] });
    server.edit(first.id, {
      encrypted_reactions: [{ ...(await ben.react(first, '🎉')).encrypted_reactions[0]!, person_id: 'ada' }],
    });
    const moved = await cleo.vault.open('c', server.messages);
    expect(moved.map(({ reactions }) => reactions.length)).toEqual([0, 0]);
  });

  test('leaves devices with what it has replaced, deleted or ended', async () => {
    const [server, ada, ben] = (await people('ada', 'ben')) as [Server, Device, Device];
    const [old, edited, deleted, last] = [
      await ada.send('1'),
      await ada.send('2'),
      await ada.send('3'),
      await ada.send('4'),
    ];
    await ben.react(last!, '👍');
    expect([await ben.texts(), ben.contents()]).toEqual([['1', '2', '3', '4'], 5]);
    server.edit(deleted!.id, { state: 'deleted', encrypted: null, encrypted_reactions: [] });
    server.edit(last!.id, { encrypted_reactions: [], expires: '2026-01-01T00:00:00Z' });
    await ada.vault.send('c', { text: 'new 2', mentions: [], reply_to: null }, async (encrypted) =>
      server.edit(edited!.id, { encrypted }),
    );
    await ben.vault.catchUp('c');
    expect(ben.contents()).toBe(3);
    server.oldest = old!.seq + 1;
    await ben.vault.catchUp('c');
    expect(ben.contents()).toBe(2);
    await ben.vault.sweep('2026-01-01T00:00:00+01:00');
    expect(ben.contents()).toBe(2);
    await ben.vault.sweep('2026-01-01T00:00:00Z');
    expect(ben.contents()).toBe(1);
    await ben.vault.forget('c', [edited!.id]);
    expect(ben.contents()).toBe(0);
  });

  test('does not take a message for one of another person', async () => {
    const [server, ada, ben] = (await people('ada', 'ben')) as [Server, Device, Device];
    await ada.send('Mine');
    server.messages = server.messages.map((each) => ({ ...each, person_id: 'cleo' }));
    expect(await ben.texts()).toEqual([undefined]);
  });
});

describe('an encrypted file', () => {
  test('is decrypted as a whole only: pieces can neither be left out nor moved', async () => {
    const plain = new Uint8Array((1 << 20) + 5).map((_, at) => at % 251);
    const { sealed, key } = await encryptFile(new Blob([plain]));
    const opened = await decryptFile(sealed, key, 'image/png');
    expect(opened.type).toBe('image/png');
    expect(Buffer.from(await opened.arrayBuffer()).equals(Buffer.from(plain))).toBe(true);
    const piece = (1 << 20) + 16;
    const parts = [sealed.slice(piece), sealed.slice(0, piece)] as never[];
    for (const broken of [sealed.slice(0, piece), new Blob(parts), sealed.slice(0, sealed.size - 1)]) {
      await expect(decryptFile(broken, key, '')).rejects.toThrow();
    }
  });
});
