import { modals } from '@mantine/modals';

export type DialogOptions = Parameters<typeof modals.open>[0];

let resolveMounted = () => undefined as void;

/** Resolves once dialogs can be shown: their provider is loaded after the screens, and drops earlier requests. */
export const dialogsMounted = new Promise<void>((resolve) => {
  resolveMounted = resolve;
});

/** Call once dialogs can be shown; earlier requests wait for it. */
export function markDialogsMounted(): void {
  resolveMounted();
}

let newest: DialogOptions | undefined;

/** Show a dialog. While dialogs cannot be shown yet, only the last request waits: the user may press twice. */
export function openDialog(options: DialogOptions): void {
  newest = options;
  void dialogsMounted.then(() => {
    if (newest === options) modals.open(options);
  });
}

/** Close all dialogs. */
export function closeDialogs(): void {
  newest = undefined;
  modals.closeAll();
}
