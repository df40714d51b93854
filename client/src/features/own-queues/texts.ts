import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { AgentChoice } from './model';

export const CHOICE_TEXTS: Record<AgentChoice, MessageDescriptor> = {
  signed_out: msg`Signed out`,
  taking: msg`Signed in: takes calls`,
  paused: msg`Paused`,
  no_answer: msg`Paused after missed calls`,
  break: msg`Pause: break`,
  lunch: msg`Pause: lunch`,
  meeting: msg`Pause: meeting`,
  training: msg`Pause: training`,
  paperwork: msg`Pause: paperwork`,
  other: msg`Pause: other reason`,
};
