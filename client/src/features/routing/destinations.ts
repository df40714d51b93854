/** The parts of a destination as the API writes it: `group:6000`, `hangup`. */
export interface DestinationParts {
  kind: string;
  name: string;
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

/** The kind of numbers outside, which are typed. */
export const OUTSIDE = 'number';

export function parseDestination(text: string): DestinationParts {
  const at = text.indexOf(':');
  return at < 0 ? { kind: text, name: '' } : { kind: text.slice(0, at), name: text.slice(at + 1) };
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
  return targets[parseDestination(text).kind]?.find(({ value }) => value === text);
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
