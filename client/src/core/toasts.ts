import { createStore } from './store';

export interface Toast {
  /** One sentence that says what happened. */
  message: string;
  /** Takes the change back. */
  undo?: () => unknown;
  /** The label of `undo`, if it is not "Undo"; the keys for that do not run it then. */
  action?: string;
}

export interface ShownToast extends Toast {
  id: number;
}

/** How long a notification is shown, in ms. */
export const TOAST_MS = 10_000;
const MOST = 3;

let last = 0;

/** The notifications on screen, oldest first. */
export const toasts = createStore<ShownToast[]>([]);

/** Show a notification for ten seconds; the only way to notify. At most three are shown, new ones displace old ones. */
export function toast(one: Toast): void {
  last += 1;
  const shown = { ...one, id: last };
  toasts.setState((before) => [...before.slice(1 - MOST), shown]);
}

export function dismissToast(id: number): void {
  toasts.setState((before) => before.filter((each) => each.id !== id));
}
