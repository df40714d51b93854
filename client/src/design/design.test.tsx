import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MantineProvider } from '@mantine/core';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dismissToast, toast, TOAST_MS, toasts } from '~/core/toasts';
import { HUES, hueOf, initialsOf } from './avatar-hue';
import { Toasts } from './Toasts';

const css = readFileSync(join(import.meta.dirname, 'avatar.module.css'), 'utf8');

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const channels = [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16) / 255);
  const [red, green, blue] = channels.map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('an avatar', () => {
  const tones = [...css.matchAll(/data-hue='(\d)'\] \{\s+--avatar-fill: (#\w{6});\s+--avatar-text: (#\w{6});/g)];

  it('has a readable pair of tones for each hue in both themes', () => {
    expect(tones).toHaveLength(2 * HUES);
    for (const [, hue, fill, text] of tones) expect(contrast(fill!, text!), `hue ${hue}`).toBeGreaterThan(4.5);
  });

  it('spreads names over all hues and keeps the hue of a name', () => {
    const names = Array.from({ length: 200 }, (_, each) => `Person ${each}`);
    expect(new Set(names.map(hueOf)).size).toBe(HUES);
    expect(hueOf('Ada Example')).toBe(hueOf(' Ada Example '));
  });

  it.each([
    ['Ada Example', 'AE'],
    ['ben', 'B'],
    ['Ludwig van Beethoven', 'LB'],
    ['1003', ''],
    ['🎉', ''],
    ['李 小龍', '李小'],
    ['e\u0301mile Zola', 'E\u0301Z'],
    ['ada (Sales)', 'A'],
    ['', ''],
  ])('%j has the letters %j', (name, letters) => {
    expect(initialsOf(name)).toBe(letters);
  });
});

describe('a notification', () => {
  let place: HTMLElement;
  let root: ReturnType<typeof createRoot>;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    place = document.body.appendChild(document.createElement('div'));
    root = createRoot(place);
    act(() =>
      root.render(
        <I18nProvider i18n={i18n}>
          <MantineProvider>
            <Toasts />
          </MantineProvider>
        </I18nProvider>,
      ),
    );
  });
  afterEach(() => {
    act(() => root.unmount());
    place.remove();
    toasts.state.forEach(({ id }) => dismissToast(id));
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const show = (undo?: () => void) => act(() => toast({ message: 'Ada was suspended.', undo }));
  const press = (target: Element, key: string, more = {}) =>
    act(
      () => void target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })),
    );
  const buttons = () => [...place.querySelectorAll('button')];

  it('is announced and goes after ten seconds', () => {
    show();
    expect(place.querySelector('[aria-live="polite"]')?.textContent).toContain('Ada was suspended.');
    act(() => vi.advanceTimersByTime(TOAST_MS - 1));
    expect(place.textContent).toContain('suspended');
    act(() => vi.advanceTimersByTime(1));
    expect(place.textContent).not.toContain('suspended');
  });

  it('stays while it has the focus', () => {
    show(() => undefined);
    act(() => buttons()[0]!.focus());
    act(() => vi.advanceTimersByTime(3 * TOAST_MS));
    expect(place.textContent).toContain('suspended');
    press(buttons()[0]!, 'Escape');
    expect(place.textContent).not.toContain('suspended');
  });

  it('takes the change back once, by its button or by the keyboard', () => {
    const undo = vi.fn();
    show(undo);
    act(() => buttons()[0]!.click());
    expect(undo).toHaveBeenCalledTimes(1);
    expect(place.textContent).not.toContain('suspended');
    show(undo);
    press(document.body, 'z', { ctrlKey: true });
    press(document.body, 'z', { ctrlKey: true });
    expect(undo).toHaveBeenCalledTimes(2);
  });

  it('leaves an action that takes nothing back to its button', () => {
    const call = vi.fn();
    act(() => toast({ message: 'Reminder: call Ada', action: 'Call', undo: call }));
    press(document.body, 'z', { ctrlKey: true });
    expect(call).not.toHaveBeenCalled();
    expect(buttons()[0]!.textContent).toBe('Call');
    act(() => buttons()[0]!.click());
    expect(call).toHaveBeenCalledTimes(1);
  });

  it('leaves Ctrl+Z in a text field to the field', () => {
    const undo = vi.fn();
    show(undo);
    const field = place.appendChild(document.createElement('input'));
    press(field, 'z', { ctrlKey: true });
    expect(undo).not.toHaveBeenCalled();
  });

  it('is one of at most three', () => {
    for (let each = 0; each < 5; each++) show();
    expect(place.querySelectorAll('li')).toHaveLength(3);
  });
});
