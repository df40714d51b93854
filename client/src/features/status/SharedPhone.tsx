import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans } from '@lingui/react/macro';
import { api } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { ErrorNotice } from '~/design/Notice';

const KEY = 'shared-phone';

/** The shared phone at which the user of an extension is signed in, with the way to sign out. */
export function SharedPhone({ extension }: { extension: string }) {
  const queries = useQueryClient();
  const { data: phones = [] } = useQuery({
    queryKey: [KEY, extension],
    queryFn: async () => (await api.listDevices({ query: { extension, limit: MAX_PAGE_SIZE } })).data.items,
  });
  const signOut = useMutation({
    mutationFn: (device_id: string) => api.signOutOfPhone({ path: { device_id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: [KEY] }),
  });
  return (
    <>
      <ErrorNotice fault={signOut.error} />
      {phones
        .filter((phone) => phone.used_by)
        .map(({ id, name }) => (
          <Group key={id} justify="space-between">
            <Text>
              <Trans>Signed in at the phone {name}</Trans>
            </Text>
            <Button size="md" variant="light" disabled={signOut.isPending} onClick={() => signOut.mutate(id)}>
              <Trans>Sign out there</Trans>
            </Button>
          </Group>
        ))}
    </>
  );
}
