import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, expect, test, vi } from 'vitest';
import { tenantSelection } from '~/api/tenant-selection';
import { phoneNumbers } from './phone-numbers';
import { useNumberFormat } from './useNumberFormat';
import { eventually } from '../../../test/eventually';

const tenant = { country: 'DE' } as NonNullable<(typeof tenantSelection.state)['selected']>;

function Shown({ number }: { number: string }) {
  return useNumberFormat()(number);
}

let place: HTMLElement;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  tenantSelection.setState(() => ({ selected: tenant, all: [] }));
  place = document.createElement('div');
});

test('a screen without outside numbers does not load the library', async () => {
  await act(async () => createRoot(place).render(<Shown number="1002" />));
  await act(async () => void (await import('libphonenumber-js/min')));
  expect(place.textContent).toBe('1002');
  expect(phoneNumbers.state.library).toBeUndefined();
});

test('numbers are grouped once the library is loaded, and anew for another organisation', async () => {
  await act(async () => createRoot(place).render(<Shown number="+49301234567" />));
  await act(async () => eventually(() => expect(phoneNumbers.state.library).toBeDefined()));
  expect(place.textContent).toBe('030 1234567');
  act(() => tenantSelection.setState(() => ({ selected: { ...tenant, country: 'AT' }, all: [] })));
  expect(place.textContent).toBe('+49 30 1234567');
});
