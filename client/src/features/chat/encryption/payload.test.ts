import { expect, it } from 'vitest';
import type { ChatMessage } from '~/api';
import { shownMessage, type Payload } from './payload';

const photo = { id: 'f1', key: 'a2V5', name: 'a.jpg', kind: 'photo' as const, media_type: 'image/jpeg', size: 9 };

function shown(thumbnail: unknown) {
  const message = { id: 'm1', encrypted: { round: 1, body: 'b' }, attachments: [{ id: 'f1' }] } as ChatMessage;
  const payload = { text: '', mentions: [], reply_to: null, files: [{ ...photo, thumbnail }] } as Payload;
  return shownMessage(message, new Map([['b', payload]])).attachments[0];
}

it('shows the thumbnail that the sender has drawn, and the photo itself where it is none', () => {
  expect(shown('/9j/4AAQ')).toMatchObject({ kind: 'photo', thumbnail: '/9j/4AAQ' });
  for (const other of [undefined, 7, 'data:text/html,x', '!']) {
    expect(shown(other)).toMatchObject({ kind: 'photo', thumbnail: undefined });
  }
});
