import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useParams } from '@tanstack/react-router';
import { ErrorBar } from '~/design/ErrorBar';
import { Page } from '~/design/Page';
import { useValue } from '~/core/store';
import { useRoomNames } from '~/features/conferences';
import { useContactName } from '~/features/contact-names';
import { colleagues } from '~/features/directory';
import { calls, useCallTexts } from '~/features/history';
import { useTwoPanes } from '~/design/Panes';
import { CallDetails } from './CallDetails';
import { Contact } from './Contact';
import { KnownContact } from './KnownContact';

/** One call: the other party, what the record knows, and everything else with that party. */
export default function CallPage() {
  const { t } = useLingui();
  const beside = useTwoPanes();
  const { call: id = '' } = useParams({ strict: false });
  const loaded = useValue(calls.state, (each) => each.calls.find((one) => one.id === id));
  const rooms = useRoomNames();
  const { nameOf } = useCallTexts();
  const query = useQuery({ queryKey: ['call', id], queryFn: () => calls.find(id), enabled: !loaded, gcTime: 0 });
  useValue(colleagues.state, (each) => each.colleagues); // names appear when they are loaded
  const entry = loaded ?? query.data;
  const known = useContactName(entry && !entry.erased && entry.kind !== 'test' ? entry.number : undefined);
  if (!entry) {
    return (
      <Page title={t`Call details`} level={beside ? 2 : 1} back={beside ? undefined : '/calls'}>
        {query.error ? (
          <ErrorBar fault={query.error} retry={query.refetch} />
        ) : (
          <Text c="dimmed" role="status">
            <Trans>Loading…</Trans>
          </Text>
        )}
      </Page>
    );
  }
  const colleague = entry.number ? colleagues.withNumber(entry.number) : undefined;
  const room = rooms.get(entry.number);
  const name = known?.name || entry.name;
  const isOutside = entry.number.startsWith('+') && !entry.erased && entry.kind !== 'test';
  return (
    <Contact
      key={entry.number || id}
      back="/calls"
      party={{
        id: colleague?.id,
        name: room ?? (entry.kind === 'test' ? '' : name || colleague?.name || ''),
        number: entry.number,
        title: room ?? (name ? nameOf({ ...entry, name }) : (colleague?.name ?? nameOf(entry))),
        room: room !== undefined,
      }}
    >
      <CallDetails entry={entry} />
      {(isOutside || known?.id) && <KnownContact id={known?.id} number={entry.number} name={entry.name} />}
    </Contact>
  );
}
