import { Button, FileButton, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconFileMusic, IconTrash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { audioFormat, Player } from '~/features/player';

/** Height of the player, in pixels: the buttons below do not move while it is loaded, or a press would miss them. */
const PLAYER_HEIGHT = 70.3;

const MUSIC = { language: 'any', group: 'music', prompt: 'hold' } as const;

/** Hold music of the tenant: the default, or an uploaded file. */
export function HoldMusic({ tenant }: { tenant: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const queryKey = ['own-sounds', tenant];
  const which = { path: MUSIC, query: { tenant } };
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: async () => {
      const [own, music] = await Promise.all([
        api.listSounds({ query: { tenant } }),
        api.listPrompts({ query: { tenant, language: 'any' } }),
      ]);
      return {
        own: own.data.items.find((each) => each.name === `${MUSIC.group}/${MUSIC.prompt}`),
        seconds: music.data.items[0]?.seconds ?? 0,
      };
    },
  });
  const change = useMutation<unknown, unknown, File | undefined>({
    mutationFn: (file) => (file ? api.putSound({ ...which, body: file }) : api.deleteSound(which)),
    onSettled: () => queries.invalidateQueries({ queryKey }),
  });
  const own = data?.own;
  const load = async () => {
    const query = { tenant, format: own ? audioFormat() : 'wav' } as const;
    return (await api.hearSound({ path: MUSIC, query, parseAs: 'blob' })).data as Blob;
  };
  return (
    <Section title={t`Music on hold`}>
      <ErrorBar fault={error} retry={refetch} />
      <ErrorNotice fault={change.error} />
      <Text size="sm">
        {own ? (
          <Trans>Callers on hold hear your music.</Trans>
        ) : (
          <Trans>Callers on hold hear the standard music.</Trans>
        )}
      </Text>
      {data ? (
        <Player key={own?.created} label={t`Music on hold`} seconds={data.seconds} load={load} />
      ) : (
        !error && <SkeletonBlock height={PLAYER_HEIGHT} />
      )}
      <Group gap="xs">
        <FileButton accept="audio/*" onChange={(file) => file && change.mutate(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              loading={change.isPending}
              leftSection={<IconFileMusic size={18} aria-hidden />}
            >
              <Trans>Choose file</Trans>
            </Button>
          )}
        </FileButton>
        {own && (
          <Button
            variant="light"
            color="red"
            disabled={change.isPending}
            leftSection={<IconTrash size={18} aria-hidden />}
            onClick={() => change.mutate(undefined)}
          >
            <Trans>Remove</Trans>
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>WAV, MP3, Ogg or FLAC, five minutes maximum. Make sure you have the right to use the file.</Trans>
      </Text>
    </Section>
  );
}
