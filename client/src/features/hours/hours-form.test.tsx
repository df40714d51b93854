import { expect, it, vi } from 'vitest';
import { api, type Hours } from '~/api';
import { Drawer } from '~/design/Drawer';
import { HoursForm } from './HoursForm';
import { eventually } from '../../../test/eventually';
import { rendered } from '../../../test/rendered';

it('a drawer whose first field cannot be changed has the focus in the next one', async () => {
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
  vi.spyOn(api, 'listHours').mockReturnValue(new Promise(() => undefined) as never);
  const hours = { id: 'h', name: 'office', open: [], holidays: [], code: '', then: 'hangup', otherwise: 'hangup' };
  rendered(
    <Drawer opened title="office" onClose={() => undefined}>
      <HoursForm hours={hours as unknown as Hours} onClose={() => undefined} />
    </Drawer>,
  );
  await eventually(() => expect(document.activeElement?.closest('[role=dialog] form')).toBeTruthy());
  vi.unstubAllGlobals();
});
