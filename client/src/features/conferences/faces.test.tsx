import { MantineProvider } from '@mantine/core';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Participant } from '~/api';
import { createStore } from '~/core/store';
import type { RosterState } from './roster';
import { Faces } from './Faces';

const opened = vi.hoisted(() => ({ roster: undefined as unknown }));
vi.mock('./rooms', () => ({ openRoster: () => ({ roster: opened.roster, close: () => undefined }) }));

const person = (name: string, more: Partial<Participant> = {}) =>
  ({ id: name, name, number: '1001', host: false, muted: false, own: false, ...more }) as Participant;

describe('the faces of a conference', () => {
  let root: Root;
  let page: HTMLElement;

  beforeEach(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    i18n.loadAndActivate({ locale: 'en', messages: {} });
    page = document.body.appendChild(document.createElement('div'));
    root = createRoot(page);
  });

  afterEach(() => {
    act(() => root.unmount());
    page.remove();
  });

  function show(participants: Participant[], speaking: string | null = null) {
    opened.roster = { state: createStore({ participants, speaking } as RosterState) };
    act(() =>
      root.render(
        <I18nProvider i18n={i18n}>
          <MantineProvider>
            <Faces room="r" fallback={<p>Avatar</p>} />
          </MantineProvider>
        </I18nProvider>,
      ),
    );
    return [...page.querySelectorAll('li')];
  }

  it('mark the host, muted participants and the speaker', () => {
    const [ada, ben] = show([person('Ada', { host: true }), person('Ben', { muted: true })], 'Ben');
    expect(ada!.querySelectorAll('[role=img]')).toHaveLength(1);
    expect(ben!.querySelectorAll('[role=img]')).toHaveLength(1);
    expect([ada, ben].map((each) => each!.querySelector('[data-speaking]') !== null)).toEqual([false, true]);
  });

  it('are buttons for a host, except the own one', () => {
    const people = [person('Ada', { host: true, own: true }), person('Ben')];
    expect(show(people).map((each) => each.querySelector('button') !== null)).toEqual([false, true]);
  });

  it('are no buttons for other participants', () => {
    const people = [person('Ada', { host: true }), person('Ben', { own: true })];
    expect(show(people).some((each) => each.querySelector('button'))).toBe(false);
  });

  it('are at most nine, with the number of the others', () => {
    const people = Array.from({ length: 12 }, (_, number) => person(`Person ${number}`));
    expect(show(people)).toHaveLength(9);
  });

  it('give way to the avatar while nobody is known', () => {
    expect(show([])).toEqual([]);
    expect(page.textContent).toContain('Avatar');
  });
});
