import { createStore } from '~/core/store';
import { setTyped } from './model';

/** The pad above another screen. */
export const dialSheet = createStore({ opened: false });

/** Open the pad, with a number or a name if one is given. Text typed before is kept otherwise. */
export function openDial(number?: string): void {
  if (number !== undefined) setTyped(number);
  dialSheet.setState(() => ({ opened: true }));
}

export function closeDial(): void {
  dialSheet.setState(() => ({ opened: false }));
}
