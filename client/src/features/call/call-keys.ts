import { useEffect } from 'react';
import { playKeyTone } from '~/media/tones';
import { phone, type Call } from '~/sip';
import { callView, isSheetOpen, showCall } from './model';

/** Menus and dialogs above the call, which have the keyboard also while the focus is still elsewhere. */
const COVERS = '[role=menu], [role=dialog]:not([data-call], [inert] *)';

/** Keyboard of the call screen: digits are sent as DTMF, letters and Space are shortcuts. */
export function useCallKeys(call: Call): void {
  useEffect(() => {
    let isCovered = false;
    // Captured, because a menu or dialog is gone once its own listener has closed it.
    const lookForCover = () => {
      isCovered = document.querySelector(COVERS) !== null;
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isCovered && isForCall(event) && pressCallKey(event.key, call)) event.preventDefault();
    };
    window.addEventListener('keydown', lookForCover, true);
    window.addEventListener('keydown', onKeyDown);
    return () => {
      window.removeEventListener('keydown', lookForCover, true);
      window.removeEventListener('keydown', onKeyDown);
    };
  }, [call]);
}

/** Whether a key is meant for the call: nothing is being typed, no sheet is open and no other call rings. */
function isForCall(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return false;
  const ringing = phone.state.state.calls.some((each) => each.phase === 'incoming');
  const covered = isSheetOpen({ ...callView.state, statistics: false });
  if (covered || ringing || !(event.target instanceof HTMLElement)) return false;
  if (event.target.closest('input, textarea, select, [contenteditable]')) return false;
  // Escape has closed the sheet before it gets here.
  if (event.target.closest('[role=dialog]:not([data-call])')) return false;
  return event.key !== ' ' || !event.target.closest('button:focus-visible');
}

/** Returns whether the key had an effect. */
function pressCallKey(key: string, call: Call): boolean {
  if (key === 'Escape') {
    showCall(callView.state.statistics ? { statistics: false } : { minimised: true });
    return true;
  }
  if (key === ' ' && !call.ended) {
    call.mute();
    return true;
  }
  if (!call.answered) return false;
  if (/^[0-9*#]$/.test(key)) {
    playKeyTone(key);
    call.sendDtmf(key);
    return true;
  }
  return pressLetter(key.toLowerCase(), call);
}

function pressLetter(letter: string, call: Call): boolean {
  if (letter === 'h') void (call.phase === 'held' ? phone.swapTo(call) : call.hold());
  else if (letter === 't') showCall({ transfer: true });
  else return false;
  return true;
}
