import { QueryClient } from '@tanstack/react-query';
import { expect, it, onTestFinished, vi } from 'vitest';
import { api, type Campaign } from '~/api';
import Campaigns from './Campaigns';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

const DRAFT: Campaign = {
  id: 'c',
  tenant_id: 't',
  created: '2026-12-01T09:00:00Z',
  sent: null,
  recipients: 0,
  texts: { en: { subject: 'New telephones', body: 'Order yours.' } },
  progress: { waiting: 0, delivered: 0, failed: 0, complained: 0, unsubscribed: 0 },
} as unknown as Campaign;

const answer = <T,>(data: T) => Promise.resolve({ data }) as never;

it('shows the result of a campaign that is sent while its draft is open', async () => {
  // Of text fields that grow; not in jsdom.
  Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(document, 'fonts'));
  let campaign = DRAFT;
  vi.spyOn(api, 'listCampaigns').mockImplementation(() => answer({ items: [campaign], next: null }));
  vi.spyOn(api, 'showCampaign').mockImplementation(() => answer(campaign));
  vi.spyOn(api, 'showCampaignAudience').mockImplementation(() => answer({ obstacle: null, people: 1, recipients: 1 }));
  const queries = new QueryClient();
  rendered(<Campaigns />, queries);
  const shown = (text: string) => expect(document.body.textContent).toContain(text);
  const named = (text: string) => [...document.querySelectorAll('button')].find((each) => each.textContent === text);
  await eventually(() => expect(named('New telephones')).toBeDefined());
  await eventually(() => shown('1 of 1 person agrees to advertising now'));
  named('New telephones')!.click();
  await eventually(() => shown('Preview'));
  campaign = { ...DRAFT, sent: '2026-12-01T10:00:00Z', recipients: 1 };
  await queries.invalidateQueries({ queryKey: ['campaigns'] });
  await eventually(() => shown('Accepted by the mail server'));
});
