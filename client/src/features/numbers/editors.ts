import type { Extension } from '~/api';
import { parseDestination } from '~/features/routing';
import type { RoutingLists } from './path';

export interface Editor {
  to: string;
  /** Names the item that the page opens. */
  search?: { item?: string; tab?: string };
}

/** Where a destination is edited; undefined for one without a page, or that does not exist. */
export function editorOf(
  destination: string,
  extensions: Pick<Extension, 'id' | 'number' | 'person_id'>[],
  { hours, menus, groups, queues }: RoutingLists,
): Editor | undefined {
  const { kind, name } = parseDestination(destination);
  const page = (to: string, item?: { id: string }) => item && { to, search: { item: item.id } };
  const numbered = <T extends { number: string }>(items: T[]) => items.find(({ number }) => number === name);
  switch (kind) {
    case 'hours':
      return page(
        '/hours',
        hours.find((each) => each.name === name),
      );
    case 'menu':
      return page('/menus', numbered(menus));
    case 'group':
      return page('/groups', numbered(groups));
    case 'queue':
      return page('/queues', numbered(queues));
    case 'room':
      return { to: '/rooms' };
    case 'extension':
    case 'mailbox':
      return phoneEditor(kind, numbered(extensions));
    default:
      return undefined;
  }
}

/** The page of a person or a shared phone; without an extension, a mailbox is a shared one. */
function phoneEditor(
  kind: 'extension' | 'mailbox',
  extension?: Pick<Extension, 'id' | 'person_id'>,
): Editor | undefined {
  if (!extension) return kind === 'mailbox' ? { to: '/voicemail' } : undefined;
  if (!extension.person_id) return { to: `/phones/${extension.id}` };
  return { to: `/people/${extension.person_id}`, ...(kind === 'mailbox' && { search: { tab: 'voicemail' } }) };
}
