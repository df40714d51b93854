import { MantineProvider } from '@mantine/core';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { beforeEach, expect, it, vi } from 'vitest';
import type { VoiceClip, VoiceRecording } from '~/media/record-voice';
import { VoiceRecorder } from './VoiceRecorder';

const microphone = vi.hoisted(() => ({ opens: (_: unknown): void => undefined }));
vi.mock('~/media/record-voice', () => ({ recordVoice: () => new Promise((resolve) => (microphone.opens = resolve)) }));
vi.mock('~/features/call', () => ({}));
vi.mock('~/features/privacy', () => ({}));

let root: Root;
let page: HTMLElement;
const recording = { stop: vi.fn(), cancel: vi.fn() } satisfies VoiceRecording;
const clip: VoiceClip = { blob: new Blob(), seconds: 2, peaks: [] };
const [sent, left] = [vi.fn(async () => undefined), vi.fn()];
const show = (offered: boolean) =>
  act(() =>
    root.render(
      <I18nProvider i18n={i18n}>
        <MantineProvider>
          <VoiceRecorder offered={offered} onRecorded={sent} onLeft={left} />
        </MantineProvider>
      </I18nProvider>,
    ),
  );

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  i18n.loadAndActivate({ locale: 'en', messages: {} });
  [recording.cancel, sent, left].forEach((each) => each.mockClear());
  recording.stop.mockReset().mockResolvedValue(clip);
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
  show(true);
  act(() => page.querySelector('button')!.click());
  return () => {
    act(() => root.unmount());
    page.remove();
  };
});

it('a microphone that opens after the page was left is closed', async () => {
  act(() => root.render(null));
  await act(async () => microphone.opens(recording));
  expect(recording.cancel).toHaveBeenCalledOnce();
});

it('a recording goes on when a text or a file makes it one message of several', async () => {
  await act(async () => microphone.opens(recording));
  show(false);
  expect(recording.cancel).not.toHaveBeenCalled();
  expect(page.querySelector('[role=group]')).not.toBeNull();
});

it('a microphone that opens after a text was begun is closed, and the text has the focus', async () => {
  show(false);
  await act(async () => microphone.opens(recording));
  expect(recording.cancel).toHaveBeenCalledOnce();
  expect(page.querySelector('[role=group]')).toBeNull();
});

it('a recording whose conversation is left is handed over, and not thrown away', async () => {
  await act(async () => microphone.opens(recording));
  await act(async () => root.render(null));
  expect(left).toHaveBeenCalledExactlyOnceWith(clip);
  expect(sent).not.toHaveBeenCalled();
});

it.each([
  ['Send the voice message', 1],
  ['Discard the voice message', 0],
])('a recording is not handed over after “%s”', async (label, times) => {
  await act(async () => microphone.opens(recording));
  await act(async () => page.querySelector<HTMLElement>(`[aria-label="${label}"]`)!.click());
  await act(async () => root.render(null));
  expect(sent).toHaveBeenCalledTimes(times);
  expect(left).not.toHaveBeenCalled();
});
