import { Alert, Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { api, type KeyRotation } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { StepUp, StepUpDialog } from '~/features/settings';

const POLL_MS = 30_000;
const POLL_AT_WORK_MS = 500;

type Which = 'all' | 'one' | 'master';

/** Replaces the keys that seal personal data, after the effects were shown, and shows the progress. For operators. */
export default function Keys() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const tenant = useValue(tenantSelection, (each) => each.selected);
  const [proof] = useState(() => new StepUp());
  const { data, error, refetch } = useQuery({
    queryKey: ['key-rotation'],
    queryFn: async () => (await api.showKeyRotation()).data,
    refetchInterval: ({ state }) => (state.data?.running ? POLL_AT_WORK_MS : POLL_MS),
  });
  const rotate = useMutation({
    mutationFn: (which: Which) =>
      proof.run(() =>
        api.rotateKeys({
          query: { tenant: which === 'one' ? tenant?.id : undefined },
          body: { keys: which === 'master' ? 'master' : 'tenants' },
        }),
      ),
    onSuccess: (done) => done && toast({ message: t`The rotation has begun.` }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['key-rotation'] }),
  });
  const start = async (which: Which, title: string, text: string) => {
    const confirmed = await confirmAction({
      title,
      text,
      confirmLabel: t`Replace`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) rotate.mutate(which);
  };
  const name = tenant?.name ?? '';
  const inUse = t`The server goes on working. The old key is destroyed at the end, and nothing has to be done by hand.`;
  const busy = rotate.isPending || !data || data.running;
  return (
    <Page title={t`Encryption keys`} size="lg">
      <ErrorBar fault={error} retry={refetch} />
      <ErrorNotice fault={rotate.error} />
      {!data && !error && <SkeletonBlock height={120} />}
      {data && <State rotation={data} />}
      <Section
        title={t`Keys of organisations`}
        lead={
          <Trans>
            Each organisation has a key that opens the keys of its people. Replace it if a copy of the key store may
            have been taken.
          </Trans>
        }
      >
        {data && <Replaced at={data.tenants_rotated} />}
        <Group>
          <Button
            size="md"
            variant="default"
            disabled={busy}
            onClick={() => void start('all', t`Replace the keys of all organisations?`, inUse)}
          >
            <Trans>Replace all</Trans>
          </Button>
          {tenant && (
            <Button
              size="md"
              variant="default"
              disabled={busy}
              aria-label={t`Replace one: ${name}`}
              onClick={() => void start('one', t`Replace the key of ${name}?`, inUse)}
            >
              <Trans>Replace one</Trans>
            </Button>
          )}
        </Group>
      </Section>
      <Section
        title={t`Master key`}
        lead={
          <Trans>
            It opens the keys of the organisations, and is in no backup. Replace it regularly, and whenever a copy of it
            may have been taken.
          </Trans>
        }
      >
        {data && <Replaced at={data.master_rotated} />}
        <Text size="sm">
          <Trans>Backups from before are restored only with the old master key. Make a new one afterwards:</Trans>{' '}
          <Anchor renderRoot={(props) => <Link to={'/backups' as string} {...props} />} size="sm" underline="always">
            <Trans>Backups</Trans>
          </Anchor>
        </Text>
        <Button
          size="md"
          variant="default"
          style={{ alignSelf: 'start' }}
          disabled={busy}
          aria-label={t`Replace the master key`}
          onClick={() =>
            void start(
              'master',
              t`Replace the master key?`,
              t`Backups that were made until now open only with the present master key: keep a copy of it with them, or make a new backup afterwards.`,
            )
          }
        >
          <Trans>Replace</Trans>
        </Button>
      </Section>
      <StepUpDialog proof={proof} />
    </Page>
  );
}

function Replaced({ at }: { at: string | null }) {
  const when = at && formatDateTime(at);
  return <Text size="sm">{when ? <Trans>Last replaced: {when}</Trans> : <Trans>Not replaced yet.</Trans>}</Text>;
}

function State({ rotation: { running, done, total, failure, former_master } }: { rotation: KeyRotation }) {
  const { t, i18n } = useLingui();
  const [shown, all] = [i18n.number(done), i18n.number(total)];
  return (
    <Stack gap="sm" mb="md">
      <div role="status">
        {running && (
          <>
            <Text size="sm">
              <Trans>
                Keys are being replaced: {shown} of {all}
              </Trans>
            </Text>
            {/* The line above says the same. */}
            <Progress value={total > 0 ? (100 * done) / total : 100} animated={total === 0} aria-hidden />
            <Text size="sm" c="dimmed">
              <Trans>You can leave this page. After a restart of the server it goes on by itself.</Trans>
            </Text>
          </>
        )}
      </div>
      {failure && !running && (
        <Warning title={t`The rotation is not complete`}>
          <Trans>The server tries again every five minutes. The fault: {failure}</Trans>
        </Warning>
      )}
      {former_master && (
        <Warning title={t`Remove the former master key`}>
          <Trans>
            Everything uses the new one. Remove the former line where the key comes from, and restart the server.
          </Trans>
        </Warning>
      )}
    </Stack>
  );
}

function Warning({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} title={title} className="notice">
      {children}
    </Alert>
  );
}
