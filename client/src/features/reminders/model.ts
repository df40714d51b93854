import { onSignOut } from '~/api/session';
import { currentOwner, readLocal, saveLocal } from '~/core/device-storage';
import { randomText } from '~/core/random';
import { createStore } from '~/core/store';

/** A call to return. It is stored on this device only, and wiped with it. */
export interface Reminder {
  id: string;
  number: string;
  name: string;
  /** When to be reminded, in ms since 1970. */
  due: number;
  /** The user was reminded. */
  shown?: boolean;
}

const STORAGE_KEY = 'reminders';
/** Tells other tabs that the list was changed. */
const CHANNEL = 'unificx.reminders';
const MOST = 50;

/** By time. */
export const reminders = createStore<Reminder[]>([]);

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL);
channel?.addEventListener('message', () => void read());

let opening: Promise<void> | undefined;

/** Read what was stored. Idempotent. */
export function openReminders(): Promise<void> {
  opening ??= read();
  return opening;
}

async function read(): Promise<void> {
  const owner = currentOwner();
  const stored = await readLocal(STORAGE_KEY);
  if (owner === currentOwner() && Array.isArray(stored)) reminders.setState(() => stored as Reminder[]);
}

/** Remind of a call after some minutes; one reminder per number. Returns it. */
export async function remind(party: { number: string; name: string }, minutes: number): Promise<Reminder> {
  await openReminders();
  const { number, name } = party;
  const reminder = { id: randomText(12), number, name, due: Date.now() + minutes * 60_000 };
  await change((all) => [...all.filter((each) => each.number !== number), reminder].slice(-MOST));
  return reminder;
}

export function removeReminder(id: string): Promise<void> {
  return change((all) => all.filter((each) => each.id !== id));
}

/** Return what is due now and was not shown, and note that it is. */
export async function takeDue(now = Date.now()): Promise<Reminder[]> {
  const due = reminders.state.filter((each) => !each.shown && each.due <= now);
  if (due.length > 0) await change((all) => all.map((each) => (due.includes(each) ? { ...each, shown: true } : each)));
  return due;
}

async function change(next: (all: Reminder[]) => Reminder[]): Promise<void> {
  reminders.setState((all) => next(all).sort((one, other) => one.due - other.due));
  await saveLocal(currentOwner(), STORAGE_KEY, reminders.state);
  channel?.postMessage('changed');
}

onSignOut(() => {
  opening = undefined;
  reminders.setState(() => []);
});
