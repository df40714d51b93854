import { useMemo } from 'react';
import { joined } from '~/core/bidi';
import { api, type CustomSound, type Extension, type Group, type GroupMailbox, type Hours } from '~/api';
import type { Menu, Queue, Room } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages, type List } from '~/design/lists';
import type { Target, Targets } from './destinations';

const OWN_SOUND = 'own/';

/**
 * Everything in a tenant to which calls can lead, read from the lists of the API. If it is not `enabled`, only the lists
 * that are loaded already are read.
 */
export function useTargets(tenant?: string, enabled = true): Targets {
  const query = (cursor?: string) => ({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } });
  const extensions = useAllPages<Extension>(['extensions', tenant], (at) => api.listExtensions(query(at)), enabled);
  const groups = useAllPages<Group>(['groups', tenant], (at) => api.listGroups(query(at)), enabled);
  const queues = useAllPages<Queue>(['queues', tenant], (at) => api.listQueues(query(at)), enabled);
  const menus = useAllPages<Menu>(['menus', tenant], (at) => api.listMenus(query(at)), enabled);
  const hours = useAllPages<Hours>(['hours', tenant], (at) => api.listHours(query(at)), enabled);
  const rooms = useAllPages<Room>(['rooms', tenant], (at) => api.listRooms(query(at)), enabled);
  const mailboxes = useAllPages<GroupMailbox>(
    ['group-mailboxes', tenant],
    (at) => api.listMailboxes(query(at)),
    enabled,
  );
  const sounds = useAllPages<CustomSound>(['sounds', tenant], () => api.listSounds({ query: { tenant } }), enabled);
  const lists = [extensions, groups, queues, menus, hours, rooms, mailboxes, sounds];
  return useMemo(
    () => ({
      extension: numbered('extension', extensions),
      group: numbered('group', groups),
      queue: numbered('queue', queues),
      menu: numbered('menu', menus),
      hours: loaded(hours, ({ name }) => ({ value: `hours:${name}`, label: name })),
      room: numbered('room', rooms),
      mailbox: mailboxes.loaded
        ? [...(numbered('mailbox', extensions) ?? []), ...(numbered('mailbox', mailboxes) ?? [])]
        : undefined,
      prompt: soundTargets(sounds),
    }),
    lists.map((each) => each.items), // eslint-disable-line -- the lists themselves are new on each render
  );
}

function loaded<T>({ loaded, items }: List<T>, target: (one: T) => Target): Target[] | undefined {
  return loaded ? items.map(target) : undefined;
}

function numbered(kind: string, list: List<{ number: string; name: string }>): Target[] | undefined {
  return loaded(list, ({ number, name }) => ({
    value: `${kind}:${number}`,
    label: name === number ? number : joined(name, number),
  }));
}

/** The sounds with names of their own, once for all languages. */
function soundTargets({ loaded, items }: List<CustomSound>): Target[] | undefined {
  const own = items.filter(({ name }) => name.startsWith(OWN_SOUND)).map(({ name }) => name.slice(OWN_SOUND.length));
  return loaded ? [...new Set(own)].map((name) => ({ value: `prompt:${name}`, label: name })) : undefined;
}
