import { Badge, Button, Group, Text } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconArchive } from '@tabler/icons-react';
import { api, type Backup } from '~/api';
import { useChanges } from '~/design/changes';
import { formatDateTime } from '~/design/dates';
import { fileSize } from '~/design/file-size';
import { Row } from '~/design/Rows';
import { FAULTS, type Drill } from './texts';

/** One backup with the result of its newest trial. */
export function BackupRow({ backup, busy }: { backup: Backup; busy: boolean }) {
  const { t } = useLingui();
  const changes = useChanges(['backups']);
  const time = formatDateTime(backup.created);
  const drill = () =>
    changes.mutate({
      apply: () => api.beginDrill({ path: { backup: backup.name } }),
      message: t`The backup is restored beside the server, opened, checked and deleted.`,
    });
  return (
    <Row
      icon={<IconArchive size={20} aria-hidden />}
      trailing={
        <Button
          size="xs"
          variant="default"
          disabled={busy}
          loading={changes.isPending}
          aria-label={t`Try it: backup of ${time}`}
          onClick={drill}
        >
          <Trans>Try it</Trans>
        </Button>
      }
    >
      <Group gap="xs">
        <Text fw={500}>{time}</Text>
        <Text size="sm" c="dimmed">
          {fileSize(backup.bytes)}
        </Text>
        {backup.before_update && (
          <Badge variant="dot" color="gray">
            <Trans>Before an update</Trans>
          </Badge>
        )}
        <State backup={backup} />
      </Group>
      <Text size="sm" c="dimmed" component="div">
        {backup.drill ? <Result drill={backup.drill} /> : <Trans>Not tried yet.</Trans>}
        {backup.opens === false && (
          <>
            {' '}
            <Trans>It was made with an earlier master key, and is restored only with that one.</Trans>
          </>
        )}
      </Text>
    </Row>
  );
}

function State({ backup: { drill } }: { backup: Backup }) {
  if (!drill) return null;
  return drill.faults.length === 0 ? (
    <Badge variant="dot" color="teal">
      <Trans>Checked</Trans>
    </Badge>
  ) : (
    <Badge variant="dot" color="red">
      <Trans>Not usable</Trans>
    </Badge>
  );
}

function Result({ drill }: { drill: Drill }) {
  const { t } = useLingui();
  const time = formatDateTime(drill.at);
  if (drill.faults.length > 0) return <>{drill.faults.map((fault) => t(FAULTS[fault])).join(' ')}</>;
  return (
    <Trans>
      Restored and opened ({time}): <Plural value={drill.tenants} one="# organisation" other="# organisations" />,{' '}
      <Plural value={drill.people} one="# person" other="# people" />,{' '}
      <Plural value={drill.files} one="# sealed file" other="# sealed files" />. Erased people stay erased.
    </Trans>
  );
}
