import type { Group, Hours, Menu, PublicNumber, Queue } from '~/api';
import { parseDestination, withoutPriority } from '~/features/routing';

/** The lists of the API that say where destinations lead. */
export interface RoutingLists {
  hours: Pick<Hours, 'id' | 'name' | 'then' | 'otherwise' | 'is_open'>[];
  menus: Pick<Menu, 'id' | 'number' | 'keys' | 'otherwise'>[];
  groups: Pick<Group, 'id' | 'number' | 'members' | 'otherwise'>[];
  queues: (Pick<Queue, 'id' | 'number' | 'otherwise'> & { agents: { extension: string }[] })[];
}

/** When a call takes a branch. */
export type Condition =
  | { kind: 'always' | 'others' | 'open' | 'closed' | 'no_entry' | 'unanswered' }
  | { kind: 'caller'; pattern: string }
  | { kind: 'key'; key: string };

export interface PathBranch {
  condition: Condition;
  /** Calls take this branch of opening hours now. */
  current?: boolean;
  to: PathNode;
}

interface PathNode {
  /** Such as `menu:7000`. */
  destination: string;
  /** Numbers of the extensions that it rings. */
  rings: string[];
  branches: PathBranch[];
  /** Its branches are left out: they are shown at an earlier node, or the picture would be too deep. */
  cut: boolean;
}

/** As many destinations as the server lets lead to one another. */
const MOST_LEVELS = 16;
const KEYS = '1234567890*#';

interface Step {
  condition: Condition;
  current?: boolean;
  to: string;
}

/**
 * The way of the calls to a number, as a tree. Each destination is continued once; the server refuses loops, but the
 * lists were not read at one moment, so depth and size are limited here too.
 */
export function numberPath(number: Pick<PublicNumber, 'destination' | 'callers'>, lists: RoutingLists): PathBranch[] {
  const continued = new Set<string>();
  const node = (destination: string, level: number): PathNode => {
    const target = withoutPriority(destination);
    const { rings, steps } = stepsOf(destination, lists);
    const cut = steps.length > 0 && (continued.has(target) || level >= MOST_LEVELS);
    continued.add(target);
    return { destination, rings, cut, branches: cut ? [] : steps.map((step) => branch(step, level + 1)) };
  };
  const branch = ({ to, ...step }: Step, level: number): PathBranch => ({ ...step, to: node(to, level) });
  const callers = number.callers.map(({ pattern, destination }): Step => ({
    condition: { kind: 'caller', pattern },
    to: destination,
  }));
  const last: Step = { condition: { kind: callers.length ? 'others' : 'always' }, to: number.destination };
  return [...callers, last].filter(({ to }) => to).map((step) => branch(step, 1));
}

/** The extensions that a destination rings, and where its calls continue. */
function stepsOf(destination: string, lists: RoutingLists): { rings: string[]; steps: Step[] } {
  const { kind, name } = parseDestination(destination);
  const unanswered = (to: string): Step[] => (to ? [{ condition: { kind: 'unanswered' }, to }] : []);
  if (kind === 'hours') {
    const found = lists.hours.find((each) => each.name === name);
    return { rings: [], steps: found ? hoursSteps(found) : [] };
  }
  if (kind === 'menu') {
    const found = lists.menus.find((each) => each.number === name);
    return { rings: [], steps: found ? menuSteps(found) : [] };
  }
  if (kind === 'group') {
    const found = lists.groups.find((each) => each.number === name);
    return {
      rings: found?.members.flatMap((each) => each.split('+')) ?? [],
      steps: unanswered(found?.otherwise ?? ''),
    };
  }
  if (kind === 'queue') {
    const found = lists.queues.find((each) => each.number === name);
    return { rings: found?.agents.map((each) => each.extension) ?? [], steps: unanswered(found?.otherwise ?? '') };
  }
  return { rings: [], steps: [] };
}

function hoursSteps({ then, otherwise, is_open }: RoutingLists['hours'][number]): Step[] {
  return [
    { condition: { kind: 'open' }, current: is_open, to: then },
    { condition: { kind: 'closed' }, current: !is_open, to: otherwise },
  ];
}

function menuSteps({ keys, otherwise }: RoutingLists['menus'][number]): Step[] {
  const pressed = [...KEYS].flatMap((key): Step[] =>
    keys[key] ? [{ condition: { kind: 'key', key }, to: keys[key] }] : [],
  );
  return [...pressed, { condition: { kind: 'no_entry' }, to: otherwise }];
}
