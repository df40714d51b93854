import { Anchor, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { api, type PrivacyRequest } from '~/api';
import { AccessCopy } from '~/features/access-copies';
import { SuspensionInForce } from '~/features/suspensions';
import { BreachRecord } from './BreachRecord';
import { Disclosures } from './Disclosures';
import { ErasureOfNumber } from './NumberErasure';

interface RequestWorkProps {
  request: PrivacyRequest;
  tenant?: string;
}

/** The work on a request that is done here: copy, erasure, disclosure, record of a breach. */
export function RequestWork({ request, tenant }: RequestWorkProps) {
  const proved = request.steps.length > 0 && request.state !== 'received';
  switch (request.kind) {
    case 'access':
    case 'portability':
      return proved && request.known ? <Copy request={request} tenant={tenant} /> : null;
    case 'deletion':
    case 'minor':
      return proved && request.known ? <Erasure request={request} tenant={tenant} /> : null;
    case 'review':
      return <Review request={request} tenant={tenant} />;
    case 'sign_up':
      return (
        <Text size="sm" c="dimmed">
          <Trans>Answer approves the organisation. Refuse deletes it, and its administrator gets the reasons.</Trans>
        </Text>
      );
    case 'authority':
      return <Disclosures request={request} tenant={tenant} />;
    case 'breach':
      return <BreachRecord request={request} tenant={tenant} />;
    default:
      return null;
  }
}

function Copy({ request: { person_id, number }, tenant }: RequestWorkProps) {
  if (!person_id && !number) return null;
  return (
    <AccessCopy
      personId={person_id ?? undefined}
      tenant={tenant}
      request={async () =>
        person_id
          ? (await api.requestAccessCopy({ path: { person_id }, query: { tenant } })).data
          : (await api.requestOutsideAccessCopy({ body: { number }, query: { tenant } })).data
      }
    />
  );
}

function Review({ request: { person_id }, tenant }: RequestWorkProps) {
  return (
    <>
      <Text size="sm" c="dimmed">
        <Trans>
          Answer ends the suspension, Refuse confirms it. Another person than the one who suspended has to decide.
        </Trans>
      </Text>
      {person_id && <SuspensionInForce personId={person_id} tenant={tenant} />}
    </>
  );
}

function Erasure({ request: { person_id, number }, tenant }: RequestWorkProps) {
  return (
    <>
      <Text size="sm" c="dimmed">
        <Trans>Erase the person or the number first. Then the request can be answered.</Trans>
      </Text>
      {person_id ? (
        <Anchor renderRoot={(props) => <Link to={`/people/${person_id}?tab=security` as string} {...props} />} py="xs">
          <Trans>Open the person</Trans>
        </Anchor>
      ) : (
        number && <ErasureOfNumber number={number} tenant={tenant} />
      )}
    </>
  );
}
