import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Dialogs } from '~/design/Dialogs';
import { closeDialogs } from '~/design/dialogs';
import { SharedMailboxes } from './SharedMailboxes';
import { eventually } from '../../../test/eventually';
import { click, rendered } from '../../../test/rendered';

it.each([
  ['may have been changed by others', 'input[type=checkbox]', undefined],
  ['must be unchanged if its members are replaced', '.mantine-Pill-remove', { 'if-match': '"1"' }],
])('a mailbox %s', async (_, changed, condition) => {
  const mailbox = { id: 'r', version: '1', number: '800', name: 'Sales', members: ['100', '101'] };
  vi.spyOn(api, 'listMailboxes').mockResolvedValue({ data: { items: [mailbox], next: null } } as never);
  vi.spyOn(api, 'listGreetings').mockResolvedValue({ data: { items: [], next: null } } as never);
  const update = vi.spyOn(api, 'updateMailbox').mockResolvedValue({ data: mailbox } as never);
  rendered(
    <>
      <SharedMailboxes />
      <Dialogs />
    </>,
  );
  await click('button[aria-label="Edit 800"]');
  await click(`[role=dialog] ${changed}`);
  await click('[role=dialog] button[type=submit]');
  await eventually(() => expect(update).toHaveBeenCalledOnce());
  expect(update.mock.calls[0]![0].headers).toEqual(condition);
  closeDialogs();
});
