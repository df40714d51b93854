import { Button, Stack, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type ReceivedNotice } from '~/api';
import { formatDateTime } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { usePages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import css from './notice-list.module.css';
import { listKey, useMarkRead } from './useNotices';

/** The notices of the user, newest first; unread ones are marked. */
export function ReceivedNotices() {
  const { i18n } = useLingui();
  const language = i18n.locale === 'de' ? 'de' : 'en';
  const { items, loaded, fault, loadMore, retry } = usePages(listKey(language), (cursor) =>
    api.listReceivedNotices({ query: { cursor, language } }),
  );
  const mark = useMarkRead();
  const newest = items.find((each) => each.read === null);
  return (
    <>
      <ErrorBar fault={fault} retry={retry} />
      <ErrorNotice fault={mark.error} />
      {!loaded && fault === null && <SkeletonBlock height={96} />}
      {loaded && items.length === 0 && <EmptyState icon={IconBell} text={<Trans>No notices yet.</Trans>} />}
      {newest && (
        <Button variant="light" fullWidth mb="xs" loading={mark.isPending} onClick={() => mark.mutate(newest.id)}>
          <Trans>Mark as read</Trans>
        </Button>
      )}
      <Stack component="ul" gap="xs" m={0} p={0} className={css.list}>
        {items.map((each) => (
          <Entry key={each.id} notice={each} />
        ))}
      </Stack>
      {loadMore && (
        <Button variant="default" fullWidth mt="xs" onClick={loadMore}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </>
  );
}

function Entry({ notice: { subject, lines, at, read } }: { notice: ReceivedNotice }) {
  return (
    <li className={css.entry} data-unread={read === null || undefined}>
      <Text fw={read === null ? 600 : undefined}>{subject}</Text>
      {lines.map((line, index) => (
        <Text key={index} size="sm" className={css.line}>
          {line}
        </Text>
      ))}
      <Text size="xs" c="dimmed">
        {formatDateTime(at)}
        {read === null && (
          <>
            {' · '}
            <Trans>unread</Trans>
          </>
        )}
      </Text>
    </li>
  );
}
