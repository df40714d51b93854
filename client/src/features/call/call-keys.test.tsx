import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from '~/sip';
import { useCallKeys } from './call-keys';
import { callView, showCall } from './model';

const answered = { answered: true, ended: false, phase: 'talking' } as unknown as Call;

function Screen(): null {
  useCallKeys(answered);
  return null;
}

/** A pressed key, as a button of the call receives it. */
function press(key: string, place = document.body): void {
  const button = place.appendChild(document.createElement('button'));
  button.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  button.remove();
}

describe('Escape during a call', () => {
  const root = createRoot(document.createElement('div'));

  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    showCall({ minimised: false });
    act(() => root.render(<Screen />));
  });

  afterEach(() => {
    act(() => root.render(null));
    vi.unstubAllGlobals();
  });

  it('makes the call small', () => {
    press('Escape');
    expect(callView.state.minimised).toBe(true);
  });

  it('closes only the menu that is open, also before it has taken the focus', () => {
    const menu = document.body.appendChild(document.createElement('div'));
    menu.setAttribute('role', 'menu');
    document.addEventListener('keydown', () => menu.remove(), { once: true });
    press('Escape');
    expect(callView.state.minimised).toBe(false);
  });

  it('closes only the dialog above the call, while the focus is still on a button of the call', () => {
    const dialog = document.body.appendChild(document.createElement('div'));
    dialog.setAttribute('role', 'dialog');
    window.addEventListener('keydown', () => dialog.remove(), { once: true, capture: true });
    press('Escape');
    expect(callView.state.minimised).toBe(false);
    press('Escape');
    expect(callView.state.minimised).toBe(true);
  });

  it('closes only the sheet that has the focus, which is closed before', () => {
    const sheet = document.body.appendChild(document.createElement('div'));
    sheet.setAttribute('role', 'dialog');
    press('Escape', sheet);
    expect(callView.state.minimised).toBe(false);
    sheet.setAttribute('data-call', '');
    press('Escape', sheet);
    expect(callView.state.minimised).toBe(true);
    sheet.remove();
  });
});
