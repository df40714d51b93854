import { Button, Stack, Text } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type PeopleImport } from '~/api';
import { formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { Row, Rows } from '~/design/Rows';
import { useUndoImport } from './useUndoImport';

/** The imports of the last 30 days, which can be undone. Nothing is shown without one. */
export function EarlierImports({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['people-imports', tenant],
    queryFn: async () => (await api.listPeopleImports({ query: { tenant } })).data.items,
  });
  const { undo, pending } = useUndoImport(tenant);
  if (!data?.length) return <ErrorBar fault={error} retry={refetch} />;
  return (
    <Stack gap="xs">
      <Text component="h3" size="sm" fw={600}>
        <Trans>Imports of the last 30 days</Trans>
      </Text>
      <Rows label={t`Imports of the last 30 days`}>
        {data.map((each) => (
          <Row
            key={each.id}
            icon={<IconFileImport size={20} aria-hidden />}
            trailing={
              each.reverted ? (
                <Text size="sm" c="dimmed">
                  <Trans>Undone</Trans>
                </Text>
              ) : (
                <UndoButton at={each.at} disabled={pending} onClick={() => undo(each.id)} />
              )
            }
          >
            <Text size="sm">{formatDateTime(each.at)}</Text>
            <Counts of={each} />
          </Row>
        ))}
      </Rows>
    </Stack>
  );
}

function UndoButton({ at, disabled, onClick }: { at: string; disabled: boolean; onClick: () => void }) {
  const { t } = useLingui();
  const time = formatDateTime(at);
  return (
    <Button
      variant="default"
      size="md"
      disabled={disabled}
      aria-label={t`Undo the import of ${time}`}
      onClick={onClick}
    >
      <Trans>Undo</Trans>
    </Button>
  );
}

function Counts({ of: { created, updated } }: { of: PeopleImport }) {
  return (
    <Text size="sm" c="dimmed">
      <Trans>
        {created} added, {updated} changed
      </Trans>
    </Text>
  );
}
