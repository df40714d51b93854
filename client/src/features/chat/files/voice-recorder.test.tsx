import { MantineProvider } from '@mantine/core';
import { I18nProvider } from '@lingui/react';
import { i18n } from '@lingui/core';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { beforeEach, expect, it, vi } from 'vitest';
import type { VoiceRecording } from '~/media/record-voice';
import { VoiceRecorder } from './VoiceRecorder';

const microphone = vi.hoisted(() => ({ opens: (_: unknown): void => undefined }));
vi.mock('~/media/record-voice', () => ({ recordVoice: () => new Promise((resolve) => (microphone.opens = resolve)) }));
vi.mock('~/features/call', () => ({}));
vi.mock('~/features/privacy', () => ({}));

let root: Root;
let page: HTMLElement;
const recording = { stop: vi.fn(), cancel: vi.fn() } satisfies VoiceRecording;
const show = (offered: boolean) =>
  act(() =>
    root.render(
      <I18nProvider i18n={i18n}>
        <MantineProvider>
          <VoiceRecorder offered={offered} onRecorded={async () => undefined} />
        </MantineProvider>
      </I18nProvider>,
    ),
  );

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  i18n.loadAndActivate({ locale: 'en', messages: {} });
  recording.cancel.mockReset();
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
