import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { toasts } from '~/core/toasts';
import { chosenFile } from './chosen';
import { MAX_FILES, useAttaching } from './useAttaching';

const sent = vi.hoisted((): unknown[] => []);
vi.mock('../chats', () => ({ sendMessage: async (message: unknown) => void sent.push(message) }));

it('gives the chosen files to one message only, and has them back if it is not sent', () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  let attaching!: ReturnType<typeof useAttaching>;
  function Probe() {
    attaching = useAttaching('c', false);
    return null;
  }
  const root = createRoot(document.createElement('div'));
  act(() => root.render(<Probe />));
  act(() => attaching.add([new File(['plan'], 'plan.pdf')]));
  const { take } = attaching; // two messages in the same moment
  act(() => {
    expect(take().map((each) => each.name)).toEqual(['plan.pdf']);
    expect(take()).toEqual([]);
  });
  expect(attaching.files).toEqual([]);
  act(() => attaching.add([new File(['later'], 'later.pdf'), new File([], 'empty.txt')]));
  expect(toasts.state.at(-1)?.message).toBe('empty.txt is empty and was left out.');
  const before = toasts.state.length;
  act(() => attaching.add([new File([], 'empty.txt'), new File([], 'void.txt')]));
  expect(toasts.state.slice(before).map(({ message }) => message)).toEqual(['2 empty files were left out.']);
  act(() => attaching.giveBack([chosenFile(new Blob(['plan']), 'plan.pdf')]));
  expect(attaching.files.map((each) => each.name)).toEqual(['plan.pdf', 'later.pdf']);
  act(() => attaching.add(Array.from({ length: MAX_FILES }, (_, each) => new File(['page'], `page ${each}.png`))));
  expect(attaching.files).toHaveLength(MAX_FILES);
  expect(toasts.state.at(-1)?.message).toContain('2 files were left out.');
  act(() => root.unmount());
});

it('a recorded message answers the chosen one, and one whose conversation was left waits there', async () => {
  sent.length = 0;
  let attaching!: ReturnType<typeof useAttaching>;
  function Probe() {
    attaching = useAttaching('left', false);
    return null;
  }
  const root = createRoot(document.createElement('div'));
  act(() => root.render(<Probe />));
  const clip = { blob: new Blob(['voice'], { type: 'audio/webm' }), seconds: 2, peaks: [] };
  await attaching.sendVoice(clip, 'question');
  expect(sent).toMatchObject([{ reply_to: 'question' }]);
  act(() => root.render(null));
  attaching.attachVoice(clip);
  act(() => root.render(<Probe />));
  expect(attaching.files).toMatchObject([{ name: 'voice.webm', voice: { seconds: 2 } }]);
  act(() => root.unmount());
});
