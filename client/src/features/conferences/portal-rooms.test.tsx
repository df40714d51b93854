import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Dialogs } from '~/design/Dialogs';
import { closeDialogs } from '~/design/dialogs';
import PortalRooms from './PortalRooms';
import { eventually } from '../../../test/eventually';
import { click, rendered } from '../../../test/rendered';

it.each([
  ['may have been changed by others', 'input[type=checkbox]', undefined],
  ['must be unchanged if its hosts are replaced', '.mantine-Pill-remove', { 'if-match': '"1"' }],
])('a room %s', async (_, changed, condition) => {
  const room = { id: 'r', version: '1', number: '800', name: 'Sales', hosts: ['100', '101'] };
  vi.spyOn(api, 'listRooms').mockResolvedValue({ data: { items: [room], next: null } } as never);
  const update = vi.spyOn(api, 'updateRoom').mockResolvedValue({ data: room } as never);
  rendered(
    <>
      <PortalRooms />
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
