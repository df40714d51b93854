import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Conversation } from '~/api';
import type { SafetyState, Verification } from './safety';

const stored = vi.hoisted(() => new Map<string, unknown>());
vi.mock('~/core/device-storage', () => ({
  currentOwner: () => 1,
  readAllLocal: async () => new Map(structuredClone([...stored])),
  saveLocal: async (_: number, key: string, value: unknown) => void stored.set(key, structuredClone(value)),
}));
vi.mock('./messages', () => ({ vault: async () => ({ devices: async () => ({ leaves: [] }) }) }));
vi.mock('./safety', async (real) => ({ ...(await real<object>()), safetyNumber: async () => '1' }));
vi.mock('~/api/session', () => ({ onSignOut: () => undefined }));

const members = ['ada', 'ben', 'cleo'].map((person_id) => ({ person_id, own: false }));
const conversation = { id: 'c', encrypted: true, members } as unknown as Conversation;
const result = (of: Verification['result'], number = '1'): Verification => ({ number, result: of });

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  stored.clear();
});

/** A tab, which has modules of its own. */
async function openTab() {
  vi.resetModules();
  const { saveVerification, useSafety } = await import('./verification');
  let states: SafetyState[] = [];
  function Probe() {
    states = useSafety(conversation).map(({ state }) => state);
    return null;
  }
  const root = createRoot(document.createElement('div'));
  await act(async () => root.render(<Probe />));
  return { save: saveVerification, states: () => states };
}

it('safety numbers that are compared in two tabs are stored by both', async () => {
  const [one, other] = [await openTab(), await openTab()];
  act(() => one.save('ada', result('verified')));
  act(() => other.save('ben', result('mismatch')));
  expect((await openTab()).states()).toEqual(['verified', 'mismatch', 'open']);
});

it('safety numbers that earlier clients have stored are read, and replaced by later ones', async () => {
  stored.set('mls.verified', { ada: '1', ben: result('verified'), cleo: result('verified') });
  const tab = await openTab();
  expect(tab.states()).toEqual(['verified', 'verified', 'verified']);
  act(() => tab.save('cleo', result('verified', '2')));
  expect((await openTab()).states()).toEqual(['verified', 'verified', 'changed']);
});
