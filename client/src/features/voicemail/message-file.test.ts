import { expect, it } from 'vitest';
import { messageFile } from './message-file';

it('names the file of a message by its time alone', () => {
  const created = new Date(2026, 10, 24, 9, 5);
  expect(messageFile(new Blob([], { type: 'audio/ogg' }), created).name).toBe('message-2026-11-24-0905.ogg');
  expect(messageFile(new Blob([], { type: 'audio/wav' }), created).name).toBe('message-2026-11-24-0905.wav');
});
