import { Accordion, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type OwnRequest } from '~/api';
import { formatDate, formatLastDay } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { REQUEST_KINDS, REQUEST_STATES } from '~/features/privacy';
import { Conversation } from './Conversation';

export const OWN_INBOX = ['own-requests'];

interface OwnInboxProps {
  shown: string | null;
  onShow: (id: string | null) => void;
}

/** The user's messages and requests, newest first, each with its conversation. */
export function OwnInbox({ shown, onShow }: OwnInboxProps) {
  const found = useQuery({
    queryKey: OWN_INBOX,
    queryFn: async () => (await api.listOwnRequests()).data.items,
  });
  if (!found.data)
    return found.error ? <ErrorBar fault={found.error} retry={found.refetch} /> : <SkeletonBlock height={80} />;
  if (found.data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        <Trans>You have sent no messages.</Trans>
      </Text>
    );
  }
  return (
    <Accordion variant="separated" value={shown} onChange={onShow}>
      {found.data.map((request) => (
        <Accordion.Item key={request.id} value={request.id}>
          <Accordion.Control>
            <Summary request={request} />
          </Accordion.Control>
          <Accordion.Panel>{shown === request.id && <Conversation id={request.id} />}</Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function Summary({ request }: { request: OwnRequest }) {
  const { t } = useLingui();
  const day = formatLastDay(request.due);
  return (
    <>
      <Text fw={600} dir="auto" style={{ overflowWrap: 'anywhere' }}>
        {request.topic || t(REQUEST_KINDS[request.kind])}
      </Text>
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          {request.to === 'provider' && (
            <>
              <Trans>To the provider</Trans>,{' '}
            </>
          )}
          {formatDate(request.received)}, {t(REQUEST_STATES[request.state])}
          {!request.closed && (
            <>
              , <Trans>until {day}</Trans>
            </>
          )}
        </Text>
      </Group>
    </>
  );
}
