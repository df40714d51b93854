import { Button, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { PrivacyRequest } from '~/api';
import { formatDate } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { HoldForm } from './HoldForm';
import { holdsOf } from './holds-query';

/** The holds that were placed for a request of an authority, and a form for another one. */
export function RequestHolds({ request, tenant }: { request: PrivacyRequest; tenant?: string }) {
  const { t } = useLingui();
  const [isPlacing, setPlacing] = useState(false);
  const found = useQuery(holdsOf(tenant));
  const linked = found.data?.filter((each) => each.request_id === request.id && !each.released) ?? [];
  return (
    <>
      <Text fw={600}>
        <Trans>Holds for this request</Trans>
      </Text>
      <ErrorBar fault={found.error} retry={found.refetch} />
      {found.data && linked.length === 0 && (
        <Text size="sm">
          <Trans>Nothing is held: the data is deleted after its period.</Trans>
        </Text>
      )}
      {linked.length > 0 && (
        <List size="sm" aria-label={t`Holds for this request`}>
          {linked.map((each) => {
            const count = Object.values(each.objects).reduce((sum, one) => sum + one, 0);
            const day = formatDate(`${each.review}T12:00:00`);
            return (
              <List.Item key={each.id}>
                <Plural value={count} one="# object" other="# objects" />, <Trans>review by {day}</Trans>
              </List.Item>
            );
          })}
        </List>
      )}
      {isPlacing && <HoldForm tenant={tenant} request={request} onClose={() => setPlacing(false)} />}
      {!isPlacing && request.steps.length > 0 && (
        <Button size="md" variant="default" style={{ alignSelf: 'start' }} onClick={() => setPlacing(true)}>
          <Trans>Place a hold</Trans>
        </Button>
      )}
    </>
  );
}
