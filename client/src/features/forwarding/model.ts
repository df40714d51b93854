import { joined } from '~/core/bidi';
import type { Colleague, Forwarding, ForwardingChange, StateProfile } from '~/api';

export type Condition = keyof Forwarding;
export type Callers = NonNullable<ForwardingChange['callers']>;
export type State = NonNullable<ForwardingChange['state']>;

export const CONDITIONS: readonly Condition[] = ['always', 'busy', 'no_answer', 'unreachable'];
/** In place of a destination: not forwarded, and as in the state "available". */
export const OFF = 'off';
export const DEFAULT = 'default';
/** Ring times to choose, in seconds. */
export const RING_SECONDS: readonly number[] = [5, 10, 15, 20, 25, 30, 45, 60, 90];

type Party = Pick<Colleague, 'number' | 'name'>;

/** Whether callers outside are forwarded in another way than those inside. */
export function differs({ inside, outside }: StateProfile): boolean {
  return CONDITIONS.some((each) => inside[each] !== outside[each]);
}

/** Returns the changes that restore the destinations of a profile for these callers. */
export function restoring(profile: StateProfile, state: State, callers: Callers): ForwardingChange[] {
  return (['inside', 'outside'] as const)
    .filter((each) => callers === 'all' || callers === each)
    .map((each) => ({ state, callers: each, ...profile[each] }));
}

/** Returns the destination of a typed number, undefined for any other text. */
export function typedDestination(typed: string, people: readonly Party[]): string | undefined {
  const number = typed.replace(/[\s\-./()]/g, '');
  if (!/^\+?[0-9]{2,20}$/.test(number)) return undefined;
  return people.some((each) => each.number === number) ? `extension:${number}` : `number:${number}`;
}

/** Splits `kind:name`. */
export function parseDestination(destination: string): { kind: string; name: string } {
  const [kind = '', ...name] = destination.split(':');
  return { kind, name: name.join(':') };
}

/** Returns name and number of a party, the number alone for an unknown one. */
export function partyName(number: string, people: readonly Party[]): string {
  const name = people.find((each) => each.number === number)?.name;
  return name && name !== number ? joined(name, number) : number;
}

export interface RingTurn {
  device: string;
  seconds: number;
}

/** Seconds that a device rings alone, at first. */
export const TURN_SECONDS = 15;
/** The largest number of devices that ring alone. */
export const MAX_TURNS = 8;

/** Returns the order with a device moved by one place, to the front with -1. */
export function moved(order: readonly RingTurn[], device: string, by: 1 | -1): RingTurn[] {
  const from = order.findIndex((each) => each.device === device);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return [...order];
  const rest = order.filter((each) => each.device !== device);
  return [...rest.slice(0, to), order[from]!, ...rest.slice(to)];
}
