import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import Reports from './Reports';
import { eventually } from '../../../test/eventually';
import { click, rendered } from '../../../test/rendered';

const answer = (data: unknown) => Promise.resolve({ data }) as never;

it('says nothing false about people while they are not known, and loads them again', async () => {
  const report = { id: 'r', person_id: 'p', created: '2026-12-01T09:00:00Z', text: 'It crackles.' };
  vi.spyOn(api, 'listDiagnosticsReports').mockImplementation(() => answer({ items: [report] }));
  let failing = true;
  const persons = vi.spyOn(api, 'listPersons');
  persons.mockImplementation(() =>
    failing ? (Promise.reject(new TypeError('No.')) as never) : answer({ items: [], next: null }),
  );
  const place = rendered(<Reports />, new QueryClient({ defaultOptions: { queries: { retry: false } } }));
  await eventually(() => expect(place.querySelectorAll('[role=alert]')).toHaveLength(1));
  await eventually(() => expect(place.textContent).toContain('…, '));
  failing = false;
  await click('[role=alert] button');
  await eventually(() => expect(place.textContent).toContain('Unknown person, '));
});
