import type { Group, NewGroup } from '~/api';

/** Values of the form of a ring group. Each step is the numbers of the extensions and the numbers outside, in E.164, that
 * ring together. */
export interface GroupValues {
  number: string;
  name: string;
  strategy: Group['strategy'];
  members: string[][];
  ring_seconds: number;
  name_prefix: string;
  otherwise: string;
}

/** The values of a group, or of a new one with a number that is free. */
export function groupValues(group: Group | undefined, number: string): GroupValues {
  if (!group) {
    return { number, name: '', strategy: 'all', members: [], ring_seconds: 20, name_prefix: '', otherwise: 'hangup' };
  }
  const { name, strategy, ring_seconds, name_prefix, otherwise } = group;
  const members = group.members.map(stepMembers);
  return { number: group.number, name, strategy, members, ring_seconds, name_prefix, otherwise };
}

/** The values as the API takes them; steps without members are left out. */
export function groupBody({ members, name, ...values }: GroupValues): NewGroup {
  const steps = members.filter((step) => step.length > 0).map((step) => step.join('+'));
  return { ...values, name: name.trim(), members: steps };
}

/** The members of a step as the API writes it, joined with "+". An empty piece means that a number outside follows. */
export function stepMembers(step: string): string[] {
  const pieces = step.split('+');
  return pieces.flatMap((piece, at) => (piece ? [at > 0 && !pieces[at - 1] ? `+${piece}` : piece] : []));
}

/** A number outside as typed, in E.164; undefined if it is none. The server decides whether the group may call it. */
export function outsideNumber(text: string): string | undefined {
  const digits = text.replaceAll(/[\s().\/-]/g, '');
  return /^\+[1-9]\d{5,14}$/.test(digits) ? digits : undefined;
}

/** The members in order, each once. */
export function allMembers(steps: string[][]): string[] {
  return [...new Set(steps.flat())];
}
