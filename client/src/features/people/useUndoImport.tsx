import { List, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type UndoneRow, type UndoReport } from '~/api';
import { asProblem } from '~/core/problem';
import { toast } from '~/core/toasts';
import { confirmAction } from '~/design/Confirm';
import { problemSentences } from '~/design/problem-messages';
import { PEOPLE_LISTS } from './changes';

/** People that the confirmation names at most, of those who are kept. */
const MOST_NAMES = 20;

/** Undoes an import of people, after a confirmation with the consequences. */
export function useUndoImport(tenant?: string) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: async (import_id: string) => {
      const which = { path: { import_id }, query: { tenant } };
      const preview = (await api.previewUndoOfPeopleImport(which)).data;
      const confirmed = await confirmAction({
        title: t`Undo this import?`,
        text: <Consequences of={preview} />,
        confirmLabel: t`Undo the import`,
        cancelLabel: t`Cancel`,
      });
      return confirmed ? (await api.undoPeopleImport(which)).data : undefined;
    },
    onSuccess: (report) => {
      if (!report) return;
      const { deleted, restored, skipped } = report;
      const people = plural(deleted, { one: '# person', other: '# people' });
      toast({ message: t`${people} deleted, ${restored} changed back, ${skipped} kept.` });
    },
    // As a notification: the list of imports may be closed by now.
    onError: (fault) => {
      const why = problemSentences(asProblem(fault), t);
      toast({ message: t`Not undone: ${why}` });
    },
    onSettled: () =>
      Promise.all([...PEOPLE_LISTS, 'people-imports'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  return { undo: mutate, pending: isPending };
}

function Consequences({ of: { deleted, restored, rows } }: { of: UndoReport }) {
  const skipped = rows.filter(({ reason }) => reason);
  return (
    <Stack gap="xs">
      <Text size="sm">
        <Plural
          value={deleted}
          one="# person is deleted with their number, invitation and messages."
          other="# people are deleted with their numbers, invitations and messages."
        />
      </Text>
      <Text size="sm">
        <Plural
          value={restored}
          one="# person gets back the values from before the import."
          other="# people get back their values from before the import."
        />
      </Text>
      {skipped.length > 0 && (
        <>
          <Text size="sm">
            <Trans>Not taken back, as it is in use or was changed since:</Trans>
          </Text>
          <List size="sm">
            {skipped.slice(0, MOST_NAMES).map((row) => (
              <List.Item key={row.person_id}>
                <bdi>{row.name}</bdi> – <Reason of={row} />
              </List.Item>
            ))}
          </List>
          {skipped.length > MOST_NAMES && (
            <Text size="sm">
              <Plural value={skipped.length - MOST_NAMES} one="And # more." other="And # more." />
            </Text>
          )}
        </>
      )}
      <Text size="sm">
        <Trans>This cannot be reversed, except by importing the file again.</Trans>
      </Text>
    </Stack>
  );
}

function Reason({ of: { reason } }: { of: UndoneRow }) {
  if (reason === 'in_use') return <Trans>in use</Trans>;
  if (reason === 'role_too_high') return <Trans>has a higher role than you</Trans>;
  if (reason === 'last_administrator') return <Trans>no other active person would have the role</Trans>;
  return <Trans>changed since</Trans>;
}
