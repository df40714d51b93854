import { Button, Center, Text } from '@mantine/core';
import { IconArchive, IconArrowLeft, IconPlayerRecord } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { EmptyState } from '~/design/EmptyState';
import { ErrorBar } from '~/design/ErrorBar';
import { Rows } from '~/design/Rows';
import { useOwnRecordings } from './own-recordings';
import { RecordingRow } from './RecordingRow';

/** Recordings of the user's own calls, newest first. */
export function RecordingList() {
  const { t } = useLingui();
  const [archived, setArchived] = useState(false);
  const { items, loaded, fault, loadMore, retry } = useOwnRecordings(archived);
  return (
    <>
      <ErrorBar fault={fault} retry={retry} />
      {items.length > 0 ? (
        <Rows label={archived ? t`Archived recordings` : t`Recordings`}>
          {items.map((each) => (
            <RecordingRow key={each.id} recording={each} archived={archived} />
          ))}
        </Rows>
      ) : (
        !fault &&
        !loadMore && (
          <div role="status">
            {!loaded ? (
              <Text c="dimmed" ta="center" py="xl">
                <Trans>Loading…</Trans>
              </Text>
            ) : (
              <EmptyState
                icon={archived ? IconArchive : IconPlayerRecord}
                text={
                  archived ? (
                    <Trans>The archive is empty. Archived items can be restored for a limited time.</Trans>
                  ) : (
                    <Trans>No recordings of your calls.</Trans>
                  )
                }
              />
            )}
          </div>
        )
      )}
      {loadMore && (
        <Center mt="md">
          <Button variant="default" size="md" onClick={loadMore}>
            <Trans>More</Trans>
          </Button>
        </Center>
      )}
      <Center mt="md">
        <Button
          variant="subtle"
          size="md"
          leftSection={archived ? <IconArrowLeft size={18} aria-hidden /> : <IconArchive size={18} aria-hidden />}
          onClick={() => setArchived(!archived)}
        >
          {archived ? <Trans>Recordings</Trans> : <Trans>Archived</Trans>}
        </Button>
      </Center>
    </>
  );
}
