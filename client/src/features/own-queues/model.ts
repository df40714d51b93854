import { joined } from '~/core/bidi';
import type { AgentChange, Queue, QueueAgent } from '~/api';

export const PAUSES = ['break', 'lunch', 'meeting', 'training', 'paperwork', 'other'] as const;

type Pause = (typeof PAUSES)[number];

/** State of an agent as one choice. `no_answer`: paused by the queue after missed calls; it cannot be chosen. */
export type AgentChoice = 'signed_out' | 'taking' | 'paused' | 'no_answer' | Pause;

/** One agent of the user in one queue. `label` names the extension if the user has several in the queue. */
export interface OwnAgent {
  key: string;
  queue: Queue;
  agent: QueueAgent;
  label: string;
  choice: AgentChoice;
}

export function ownAgents(queues: readonly Queue[]): OwnAgent[] {
  return queues.flatMap((queue) => {
    const own = queue.agents.filter((agent) => agent.own);
    return own.map((agent) => ({
      key: `${queue.id} ${agent.extension_id}`,
      queue,
      agent,
      label: own.length > 1 ? joined(queue.name, agent.extension) : queue.name,
      choice: choiceOf(agent),
    }));
  });
}

function choiceOf({ signed_in, paused, reason }: QueueAgent): AgentChoice {
  if (!signed_in) return 'signed_out';
  return paused ? (reason ?? 'paused') : 'taking';
}

/** The choices to offer: a signed-out agent signs in first, so that no call arrives between sign-in and pause. */
export function choicesFrom(present: AgentChoice): AgentChoice[] {
  if (present === 'signed_out') return ['taking', 'signed_out'];
  const states: AgentChoice[] = ['taking', ...PAUSES, 'signed_out'];
  return states.includes(present) ? states : [present, ...states];
}

/** The change that leads to a choice. Signing in ends a pause. */
export function changeTo(choice: AgentChoice): AgentChange {
  if (choice === 'signed_out') return { signed_in: false };
  if (choice === 'taking') return { signed_in: true, paused: false };
  return { paused: true, reason: PAUSES.find((each) => each === choice) };
}
