import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Reaction } from '~/api/events';

/** The reactions, as shown and as read aloud. */
export const REACTIONS: Record<Reaction, { emoji: string; label: MessageDescriptor }> = {
  thumbs_up: { emoji: '👍', label: msg`Thumbs up` },
  applause: { emoji: '👏', label: msg`Applause` },
  heart: { emoji: '❤️', label: msg`Heart` },
  laugh: { emoji: '😂', label: msg`Laughter` },
  surprise: { emoji: '😮', label: msg`Surprise` },
  celebrate: { emoji: '🎉', label: msg`Celebration` },
};
