import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { EMAIL_STATES } from './texts';

/** An e-mail with its text, as far as that is stored. */
export function EmailDetails({ id, tenant }: { id: string; tenant?: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['emails', tenant, id],
    queryFn: async () => (await api.showEmail({ path: { email: id }, query: { tenant } })).data,
  });
  if (!data) return error ? <ErrorBar fault={error} retry={refetch} /> : <SkeletonBlock height={160} />;
  const { address, name, reply, state, status, subject, text } = data;
  return (
    <Stack>
      <Text style={{ overflowWrap: 'anywhere' }}>
        <bdi>{name}</bdi> <bdi>{address}</bdi>
      </Text>
      <Text>{t(EMAIL_STATES[state].text)}</Text>
      {status > 0 && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <bdi>{`${status} ${reply}`.trim()}</bdi>
        </Text>
      )}
      {state === 'unknown' && (
        <Text size="sm">
          <Trans>The server was stopped while it sent this e-mail. It may have arrived, so it is not sent again.</Trans>
        </Text>
      )}
      {text ? (
        <>
          <Text fw={600}>{subject}</Text>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {text}
          </Text>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          <Trans>
            The text is not shown: it is stored until the e-mail is sent only, and links and codes are for the recipient
            alone.
          </Trans>
        </Text>
      )}
    </Stack>
  );
}
