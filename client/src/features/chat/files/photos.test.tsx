import { useState } from 'react';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Attachment } from '~/api';
import { Problem } from '~/core/problem';
import { dismissToast, toasts } from '~/core/toasts';
import { click, rendered } from '../../../../test/rendered';
import { eventually } from '../../../../test/eventually';
import { PhotoViewer } from './PhotoViewer';

const server = vi.hoisted(() => ({ photo: vi.fn(), connected: new Set<() => void>() }));
vi.mock('~/api', () => ({ api: { downloadAttachment: server.photo, downloadThumbnail: server.photo } }));
vi.mock('~/api/events', () => ({
  events: {
    onConnected(handler: () => void) {
      server.connected.add(handler);
      return () => server.connected.delete(handler);
    },
  },
}));
vi.mock('~/api/session', () => ({ onSignOut: () => undefined }));

const photo = { id: 'p', name: 'roof.jpg', kind: 'photo', media_type: 'image/jpeg', size: 9 } as Attachment;
const viewer = (shown = photo) =>
  rendered(<PhotoViewer conversation="c" photos={[shown]} first={shown} author="Ada" onClose={() => undefined} />);

it('are loaded once the connection is back', async () => {
  server.photo.mockRejectedValue(Problem.unreachable());
  viewer();
  await eventually(() => expect(document.body.textContent).toContain('could not be loaded'));
  server.photo.mockResolvedValue({ data: new Blob(['photo']) });
  for (const each of [...server.connected]) each();
  await eventually(() => expect(document.querySelector('img')).not.toBeNull());
});

it('are loaded once more if the connection came back while they were loaded', async () => {
  let fail: (fault: Problem) => void = () => undefined;
  server.photo.mockReturnValueOnce(new Promise((_, reject) => (fail = reject)));
  server.connected.clear();
  viewer({ ...photo, id: 'slow' });
  await eventually(() => expect(server.connected.size).toBe(1));
  server.photo.mockResolvedValue({ data: new Blob(['photo']) });
  for (const each of [...server.connected]) each();
  fail(Problem.unreachable());
  await eventually(() => expect(document.querySelector('img')).not.toBeNull());
});

it.each([new Problem('not-found', 404, 'No.'), new DOMException('', 'OperationError')])(
  'are not loaded again after a fault that stays: %s',
  async (fault) => {
    server.photo.mockReset().mockRejectedValue(fault);
    server.connected.clear();
    viewer({ ...photo, id: 'gone' });
    await eventually(() => expect(document.body.textContent).toContain('could not be loaded'));
    for (const each of [...server.connected]) each();
    expect(server.photo).toHaveBeenCalledTimes(1);
  },
);

it.each([408, 429])('are loaded again when a server that answers %i says, but not for ever', async (status) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const times: number[] = [];
  const pauses = [7, 0, 600];
  server.photo.mockReset().mockImplementation(async () => {
    times.push(Date.now());
    throw new Problem('busy', status, 'Later.', '', '', pauses.shift());
  });
  viewer({ ...photo, id: `busy ${status}` });
  await eventually(() => expect(times).not.toHaveLength(0));
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(times.map((each, at) => (each - (times[at - 1] ?? each)) / 1000)).toEqual([0, 7, 4, 60]);
});

function Photo() {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <button onClick={() => setOpened(true)}>Open</button>
      {opened && (
        <PhotoViewer conversation="c" photos={[photo]} first={photo} author="Ada" onClose={() => setOpened(false)} />
      )}
    </>
  );
}

it('give the focus back when they are closed', async () => {
  server.photo.mockResolvedValue({ data: new Blob(['photo']) });
  const place = rendered(<Photo />);
  await eventually(() => place.querySelector('button')!.focus());
  await click('button');
  const close = await eventually(() => {
    const found = document.querySelector<HTMLElement>('[aria-label="Close"]');
    expect(found).not.toBeNull();
    return found!;
  });
  close.focus();
  close.click();
  await eventually(() => expect(document.activeElement?.textContent).toBe('Open'));
});

it('say why they cannot be stored', async () => {
  server.photo.mockRejectedValue(Problem.unreachable());
  viewer();
  await click('[aria-label="Download roof.jpg"]');
  await eventually(() => expect(toasts.state.at(-1)?.message).toContain('The server is not responding'));
  toasts.state.forEach(({ id }) => dismissToast(id));
});
