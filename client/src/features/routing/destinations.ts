/** The parts of a destination as the API writes it: `group:6000`, `queue:6500/5`, `hangup`. */
export interface DestinationParts {
  kind: string;
  name: string;
  /** Of the calls that enter a queue this way, 0 to 9. */
  priority: number;
}

/** A destination of the tenant that exists. */
export interface Target {
  /** `group:6000`. */
  value: string;
  /** "Sales · 6000". */
  label: string;
}

/** The targets of the kinds that have a list, by kind; undefined until it is loaded. */
export type Targets = Partial<Record<string, Target[]>>;

/** Destinations that are complete without a further choice. */
export const FIXED = ['app:names', 'hangup', 'hangup:busy'];

/** Kinds whose targets are chosen from a list. */
export const LISTED = ['extension', 'group', 'queue', 'menu', 'hours', 'room', 'mailbox', 'prompt'];

/** The kind whose calls may have a priority. */
export const QUEUE = 'queue';

/** The kind of numbers outside, which are typed. */
export const OUTSIDE = 'number';

export function parseDestination(text: string): DestinationParts {
  const at = text.indexOf(':');
  if (at < 0) return { kind: text, name: '', priority: 0 };
  const [kind, name] = [text.slice(0, at), text.slice(at + 1)];
  const [number = '', priority = 0] = kind === QUEUE ? name.split('/') : [name];
  return { kind, name: number, priority: Number(priority) };
}

/** The destination without the priority of the calls that come this way. */
export function withoutPriority(text: string): string {
  return withPriority(text, 0);
}

/** The destination with another priority; only queues have one. */
export function withPriority(text: string, priority: number): string {
  const { kind, name } = parseDestination(text);
  if (kind !== QUEUE) return text;
  return priority ? `${kind}:${name}/${priority}` : `${kind}:${name}`;
}

/** The first choice: the kind, or a whole destination that is fixed or an app without a name of its own here. */
export function choiceOf(text: string): string {
  const { kind } = parseDestination(text);
  return FIXED.includes(text) || kind === 'app' ? text : kind;
}

/** The destination after a choice of the kind: complete, or one that still lacks its name, such as `group:`. */
export function withChoice(choice: string): string {
  return LISTED.includes(choice) || choice === OUTSIDE ? `${choice}:` : choice;
}

/** Whether a destination says where it leads. */
export function isComplete(text: string): boolean {
  return FIXED.includes(text) || parseDestination(text).name !== '';
}

/** The target of a destination; undefined if it does not exist or has no list. */
export function targetOf(text: string, targets: Targets): Target | undefined {
  const target = withoutPriority(text);
  return targets[parseDestination(text).kind]?.find(({ value }) => value === target);
}

/** Whether a destination leads to something that does not exist. Standard prompts, `group/name`, are not listed. */
export function isMissing(text: string, targets: Targets): boolean {
  const { kind, name } = parseDestination(text);
  const known = targets[kind];
  return known !== undefined && name !== '' && !(kind === 'prompt' && name.includes('/')) && !targetOf(text, targets);
}

/** A telephone number as typed, as the name of an outside destination. */
export function outsideName(typed: string): string {
  return typed.replaceAll(/[^0-9+*#]/g, '');
}

const REFERENCE = /\b(?:extension|group|queue|menu|hours|room|mailbox|prompt|app|number):[^\s,→]*[^\s,→.]/g;

/** The destinations that a text of the server names. */
export function destinationsIn(text: string): string[] {
  return text.match(REFERENCE) ?? [];
}

/** The first free number from `start` on. */
export function freeNumber(start: number, targets: Targets): string {
  const used = new Set(
    Object.values(targets).flatMap((each) => (each ?? []).map(({ value }) => parseDestination(value).name)),
  );
  let number = start;
  while (used.has(String(number))) number += 1;
  return String(number);
}
