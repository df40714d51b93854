import type { ModalProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { createStore } from '~/core/store';

interface DialogOptions {
  title: ReactNode;
  children: ReactNode;
  size?: ModalProps['size'];
  zIndex?: number;
  onClose?: () => void;
}

export interface ShownDialog extends DialogOptions {
  id: number;
  /** Otherwise it is being closed, or is closed. */
  opened: boolean;
}

/** The dialogs that `Dialogs` shows, the newest last. */
export const dialogs = createStore<readonly ShownDialog[]>([]);

let mounted = false;

/** Whether dialogs can be shown now: they are not before the sign-in, after the sign-out, or if they fail to load. */
export const areDialogsMounted = () => mounted;

let resolveMounted = () => undefined as void;

/** Resolves once dialogs can be shown: they are loaded after the screens. */
export const dialogsMounted = new Promise<void>((resolve) => {
  resolveMounted = resolve;
});

/** Call once dialogs can be shown; earlier requests wait for it. Call the returned function once they no longer can. */
export function markDialogsMounted(): () => void {
  mounted = true;
  resolveMounted();
  return () => {
    mounted = false;
  };
}

let newest: DialogOptions | undefined;
let count = 0;

/** Show a dialog. While dialogs cannot be shown yet, only the last request waits: the user may press twice. */
export function openDialog(options: DialogOptions): void {
  newest = options;
  void dialogsMounted.then(() => {
    if (newest !== options) return;
    const dialog = { ...options, id: ++count, opened: true };
    dialogs.setState((shown) => [...shown.filter(({ opened }) => opened), dialog]);
  });
}

/** Close a dialog, whatever was entered in it. */
export function closeDialog(id: number): void {
  const dialog = dialogs.state.find((each) => each.id === id && each.opened);
  if (!dialog) return;
  dialogs.setState((shown) => shown.map((each) => (each === dialog ? { ...each, opened: false } : each)));
  dialog.onClose?.();
}

/** Close all dialogs. */
export function closeDialogs(): void {
  newest = undefined;
  dialogs.state.forEach(({ id }) => closeDialog(id));
}
