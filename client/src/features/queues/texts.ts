import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Queue } from '~/api';

/** Names and explanations of the strategies. */
export const STRATEGIES: Record<Queue['strategy'], { title: MessageDescriptor; explanation: MessageDescriptor }> = {
  ring_all: { title: msg`All together`, explanation: msg`All available agents ring, at most ten.` },
  longest_idle: { title: msg`Longest idle`, explanation: msg`The agent whose last call ended first rings.` },
  fewest_calls: { title: msg`Fewest calls`, explanation: msg`The agent with the fewest calls rings.` },
  round_robin: { title: msg`Round robin`, explanation: msg`The agent after the last one rings.` },
  random: { title: msg`Random`, explanation: msg`Any available agent rings.` },
  linear: { title: msg`In order`, explanation: msg`The first available agent of the list rings.` },
};

/** Rules for callers while no agent can take their calls. */
export const EMPTY_RULES: Record<Queue['when_no_agents'], MessageDescriptor> = {
  wait: msg`Callers wait`,
  leave: msg`Callers leave the queue`,
};
