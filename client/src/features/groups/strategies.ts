import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Group } from '~/api';

/** Names and explanations of the strategies. */
export const STRATEGIES: Record<Group['strategy'], { title: MessageDescriptor; explanation: MessageDescriptor }> = {
  all: { title: msg`All together`, explanation: msg`All members ring at the same time.` },
  in_turn: { title: msg`One after the other`, explanation: msg`The steps ring in their order.` },
  random: { title: msg`Random order`, explanation: msg`The steps ring in another order for each call.` },
  memory: { title: msg`Rotating`, explanation: msg`Each call begins after the step that rang last.` },
};
