import { ModalsProvider } from '@mantine/modals';
import { expect, it, vi } from 'vitest';
import { api } from '~/api';
import { Dialogs } from '~/design/Dialogs';
import { closeDialogs } from '~/design/dialogs';
import PortalRooms from './PortalRooms';
import { eventually } from '../../../test/eventually';
import { click, rendered } from '../../../test/rendered';

const ROOM = { id: 'r', version: '1', number: '800', name: 'Sales', hosts: ['100', '101'] };

function show(): void {
  vi.spyOn(api, 'listRooms').mockResolvedValue({ data: { items: [ROOM], next: null } } as never);
  rendered(
    <ModalsProvider>
      <PortalRooms />
      <Dialogs />
    </ModalsProvider>,
  );
}

it.each([
  ['may have been changed by others', 'input[type=checkbox]', undefined],
  ['must be unchanged if its hosts are replaced', '.mantine-Pill-remove', { 'if-match': '"1"' }],
])('a room %s', async (_, changed, condition) => {
  const update = vi.spyOn(api, 'updateRoom').mockResolvedValue({ data: ROOM } as never);
  show();
  await click('button[aria-label="Edit 800"]');
  await click(`[role=dialog] ${changed}`);
  await click('[role=dialog] button[type=submit]');
  await eventually(() => expect(update).toHaveBeenCalledOnce());
  expect(update.mock.calls[0]![0].headers).toEqual(condition);
  closeDialogs();
});

it('a room is deleted as it was shown', async () => {
  const remove = vi.spyOn(api, 'deleteRoom').mockResolvedValue({} as never);
  show();
  await click('button[aria-label="Delete 800"]');
  await click('[role=dialog] button:not([data-variant=default], .mantine-CloseButton-root)');
  await eventually(() => expect(remove).toHaveBeenCalledOnce());
  expect(remove.mock.calls[0]![0].headers).toEqual({ 'if-match': '"1"' });
});
