import { List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type OwnDisclosure, type OwnHandover, type OwnRequest } from '~/api';
import { formatDate, formatLastDay } from '~/design/dates';
import { fileSize } from '~/design/file-size';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { DisclosedScope } from './DisclosedScope';
import { REQUEST_KINDS, REQUEST_STATES } from './request-texts';
import classes from './privacy.module.css';

/** The user's requests with their answers, and the disclosures of their data to authorities. */
export function OwnRequests() {
  const { t } = useLingui();
  const requests = useQuery({
    queryKey: ['own-requests'],
    queryFn: async () => (await api.listOwnRequests()).data.items,
  });
  const disclosures = useQuery({
    queryKey: ['own-disclosures'],
    queryFn: async () => (await api.listOwnDisclosures()).data.items,
  });
  return (
    <>
      <ErrorBar fault={requests.error} retry={requests.refetch} />
      <ErrorBar fault={disclosures.error} retry={disclosures.refetch} />
      {(requests.isPending || disclosures.isPending) && <SkeletonBlock height={24} />}
      {requests.data && requests.data.length > 0 && (
        <List size="sm" spacing="xs" className={classes.texts} aria-label={t`Your requests`}>
          {requests.data.map((each) => (
            <Request key={each.id} request={each} />
          ))}
        </List>
      )}
      {disclosures.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>No data about you was disclosed to authorities, as far as you may know.</Trans>
        </Text>
      )}
      {disclosures.data && disclosures.data.length > 0 && (
        <List size="sm" spacing="xs" className={classes.texts} aria-label={t`Disclosures to authorities`}>
          {disclosures.data.map((each) => (
            <Disclosed key={each.id} disclosure={each} />
          ))}
        </List>
      )}
    </>
  );
}

function Request({ request }: { request: OwnRequest }) {
  const { t } = useLingui();
  const day = formatLastDay(request.due);
  return (
    <List.Item>
      {formatDate(request.received)}: {t(REQUEST_KINDS[request.kind])}, {t(REQUEST_STATES[request.state])}
      {!request.closed && (
        <>
          , <Trans>until {day}</Trans>
        </>
      )}
      {request.answer && (
        <Text size="sm" c="dimmed" dir="auto">
          {request.answer}
        </Text>
      )}
    </List.Item>
  );
}

function Disclosed({ disclosure }: { disclosure: OwnDisclosure }) {
  const { decided, authority, basis, scope, handovers } = disclosure;
  const [day, legal] = [formatDate(decided), basis ? ` (${basis})` : ''];
  return (
    <List.Item>
      <Trans>
        {day}: disclosed to {authority}
        {legal}
      </Trans>
      <Text size="sm" c="dimmed" dir="auto">
        {scope}
      </Text>
      <DisclosedScope scope={disclosure} />
      {handovers.map((each) => (
        <HandedOver key={each.sha256 + each.at} handover={each} />
      ))}
    </List.Item>
  );
}

function HandedOver({ handover }: { handover: OwnHandover }) {
  const [day, size] = [formatDate(handover.at), fileSize(handover.size)];
  return (
    <Text size="sm" c="dimmed">
      <Trans>
        A file of {size} was handed over on {day}.
      </Trans>
    </Text>
  );
}
