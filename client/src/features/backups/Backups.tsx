import { Alert, Button, Code, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconArchive } from '@tabler/icons-react';
import { api, type BackupJob, type BackupState } from '~/api';
import { useChanges } from '~/design/changes';
import { formatDateTime } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { fileSize } from '~/design/file-size';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Rows } from '~/design/Rows';
import { Section } from '~/design/Section';
import { SkeletonRows } from '~/design/SkeletonRows';
import { BackupRow } from './BackupRow';
import { Schedule } from './Schedule';
import { FAULTS } from './texts';

const POLL_MS = 30_000;
const POLL_AT_WORK_MS = 1_000;

/** Backups of the installation: list, progress, schedule, trial, and how one is restored. For operators. */
export default function Backups() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['backups'],
    queryFn: async () => (await api.listBackups()).data,
    refetchInterval: ({ state }) => (state.data?.job ? POLL_AT_WORK_MS : POLL_MS),
  });
  return (
    <Page title={t`Backups`} size="lg">
      <ErrorBar fault={error} retry={refetch} />
      {!data && !error && <SkeletonRows />}
      {data?.folder === null && (
        <InfoNotice title={t`The server makes no backups`}>
          <Trans>It is set to make none. Set UNIFICX_BACKUPS to a directory and restart it.</Trans>
        </InfoNotice>
      )}
      {data?.folder && <Made state={data} folder={data.folder} />}
      {data?.folder && <Schedule schedule={data.schedule} />}
      {data && <Restore state={data} />}
    </Page>
  );
}

function Made({ state, folder }: { state: BackupState; folder: string }) {
  const { t } = useLingui();
  const changes = useChanges(['backups']);
  const { job, failure, backups } = state;
  const begin = () =>
    changes.mutate({ apply: () => api.beginBackup(), message: t`A backup is being made in the background.` });
  return (
    <Section
      title={t`Backups on the server`}
      lead={
        <Trans>
          Stored in <bdi>{folder}</bdi>. Copy them to another machine: a broken disk takes both.
        </Trans>
      }
    >
      <ErrorNotice fault={changes.error} />
      {state.overdue && !job && (
        <Warning title={t`The newest backup is too old`}>
          <Trans>Backups should have been made and were not. Make one now.</Trans>
        </Warning>
      )}
      {failure && (
        <Warning title={t`The newest attempt failed (${formatDateTime(failure.at)})`}>
          {t(FAULTS[failure.fault])}
        </Warning>
      )}
      {job ? (
        <Work job={job} />
      ) : (
        <Button size="md" style={{ alignSelf: 'start' }} loading={changes.isPending} onClick={begin}>
          <Trans>Back up now</Trans>
        </Button>
      )}
      {backups.length === 0 && !job && <EmptyState icon={IconArchive} text={<Trans>No backup yet.</Trans>} />}
      <Rows label={t`Backups on the server`}>
        {backups.map((backup) => (
          <BackupRow key={backup.name} backup={backup} busy={job !== null} />
        ))}
      </Rows>
      {state.sound_elsewhere && (
        <Text size="sm">
          <Trans>Recordings in the object store are not in these backups. Back up the bucket by its own means.</Trans>
        </Text>
      )}
    </Section>
  );
}

function Work({ job }: { job: BackupJob }) {
  const { t } = useLingui();
  const percent =
    job.total > 0 && job.kind === 'backup' ? Math.min(99, Math.floor((100 * job.done) / job.total)) : null;
  const label = job.kind === 'backup' ? t`A backup is being made` : t`A backup is being tried`;
  return (
    <Stack gap={4} role="status">
      <Text size="sm">
        {label}
        {percent !== null && ` · ${fileSize(job.done)} / ${fileSize(job.total)}`}
      </Text>
      {/* The line above says the same. */}
      <Progress value={percent ?? 100} animated={percent === null} aria-hidden />
      <Text size="sm" c="dimmed">
        <Trans>You can leave this page. A restart of the server begins it anew.</Trans>
      </Text>
    </Stack>
  );
}

function Warning({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={title} className="notice">
      {children}
    </Alert>
  );
}

function Restore({ state: { restore, keep_elsewhere } }: { state: BackupState }) {
  const { t } = useLingui();
  return (
    <Section
      title={t`Restore`}
      lead={
        <Trans>
          A backup is restored on the server, not on this page: this page would be part of what is replaced, and it
          would end all calls.
        </Trans>
      }
    >
      <Text size="sm">
        <Trans>
          <Plural value={keep_elsewhere.length} one="# file is" other="# files are" /> in no backup, and without them
          none can be used. Keep copies in another place:
        </Trans>
      </Text>
      <Commands text={keep_elsewhere.join('\n')} />
      {restore && (
        <>
          <Text size="sm">
            <Trans>
              Stop the server, run these commands, and start it again. For another backup, change its name. Erasures
              since the backup are carried out again before the server answers.
            </Trans>
          </Text>
          <Commands text={restore} />
        </>
      )}
    </Section>
  );
}

/** Long words are broken, as paths are wider than a phone. */
const Commands = ({ text }: { text: string }) => (
  <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
    {text}
  </Code>
);
