import type { NewAgent, NewQueue, Queue } from '~/api';

/** An agent in the form: `static` agents are signed in from the start. */
export type AgentRow = Required<NewAgent>;

/** Values of the form of a queue: its settings, as the API has them. */
export type QueueValues = Omit<Required<NewQueue>, 'name' | 'agents'> & { name: string; agents: AgentRow[] };

const STANDARD: QueueValues = {
  number: '',
  name: '',
  agents: [],
  otherwise: '',
  strategy: 'ring_all',
  ring_seconds: 20,
  retry: 5,
  wrap_up: 10,
  max_wait: 0,
  max_length: 100,
  max_missed: 0,
  when_no_agents: 'wait',
  when_all_paused: 'wait',
  announce_every: 60,
  announce_position: true,
  announce_wait: true,
  prompt_every: 0,
  callback_after: 0,
  answer_within: 20,
  recorded: false,
};

/** The values of a queue, or of a new one with a number that is free. */
export function queueValues(queue: Queue | undefined, number: string): QueueValues {
  if (!queue) return { ...STANDARD, number };
  const fields = Object.keys(STANDARD) as (keyof QueueValues)[];
  const agents = queue.agents.map(({ extension, penalty, static: signedIn }) => ({
    extension,
    penalty,
    static: signedIn,
  }));
  return { ...(Object.fromEntries(fields.map((field) => [field, queue[field]])) as unknown as QueueValues), agents };
}

export function queueBody(values: QueueValues): NewQueue {
  return { ...values, name: values.name.trim() };
}

/** The agents with one more, who is rung like the others. */
export function withAgent(agents: AgentRow[], extension: string): AgentRow[] {
  if (agents.some((each) => each.extension === extension)) return agents;
  return [...agents, { extension, penalty: 0, static: true }];
}
