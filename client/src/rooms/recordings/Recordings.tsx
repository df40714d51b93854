import { Button, Center, SegmentedControl, Text } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconMicrophone2 } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Recording } from '~/api';
import { session } from '~/api/session';
import { Fold } from '~/design/Fold';
import { usePages } from '~/design/lists';
import { duration, moment } from '~/design/moments';
import { Fault } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Rows } from '~/design/Rows';
import { useValue } from '~/kernel/store';
import { Player } from '~/rooms/player';
import { keptOf, type Kept } from './model';
import { peaksOf, soundOf } from './sound';

const KEY = 'own-recordings';

/** Recordings of one's own calls, the newest first. */
export default function Recordings() {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const [away, setAway] = useState(false);
  const queries = useQueryClient();
  const list = usePages<Recording>([KEY, away], (cursor) => api.listRecordings({ query: { hidden: away, cursor } }), {
    anew: true,
  });
  const put = useMutation({
    mutationFn: (recording_id: string) =>
      away ? api.restoreRecording({ path: { recording_id } }) : api.hideRecording({ path: { recording_id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: [KEY] }),
  });
  const own = me?.extensions.map((each) => each.id) ?? [];
  // An administrator's list has everybody's in it; here are one's own.
  const shown = list.items.filter((each) => each.own).map((each) => keptOf(each, own));
  return (
    <Page title={t`Recordings`} back="/history">
      <SegmentedControl
        fullWidth
        size="md"
        mb="md"
        aria-label={t`Which recordings`}
        value={away ? 'away' : 'here'}
        onChange={(value) => setAway(value === 'away')}
        data={[
          { value: 'here', label: t`Recordings` },
          { value: 'away', label: t({ message: 'Put away', context: 'those that were' }) },
        ]}
      />
      <Fault fault={list.fault ?? put.error} />
      {shown.length > 0 ? (
        <Rows label={t`Recordings`}>
          {shown.map((each) => (
            <Line key={each.id} kept={each} away={away} put={() => put.mutate(each.id)} />
          ))}
        </Rows>
      ) : (
        !list.fault &&
        !list.more && (
          <Text c="dimmed" ta="center" py="xl" role="status">
            {!list.known ? (
              <Trans>One moment…</Trans>
            ) : away ? (
              <Trans>Nothing was put away. What is put away can be brought back for a while.</Trans>
            ) : (
              <Trans>None of your calls was recorded.</Trans>
            )}
          </Text>
        )
      )}
      {list.more && (
        <Center mt="md">
          <Button variant="default" size="md" onClick={list.more}>
            <Trans>More</Trans>
          </Button>
        </Center>
      )}
    </Page>
  );
}

function Line({ kept, away, put }: { kept: Kept; away: boolean; put: () => void }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const names = kept.others.map(({ erased, name, number }) =>
    erased ? t`An erased person` : name || number || t`Hidden number`,
  );
  const who = names.join(', ');
  const numbers = kept.others.filter((each) => each.name).map((each) => each.number);
  const gaps = kept.gaps.map(duration).join(', ');
  return (
    <Fold
      mark={<IconMicrophone2 size={20} aria-hidden />}
      title={who}
      told={[moment(kept.created), duration(Math.round(kept.seconds)), numbers.join(', ')]}
      open={open}
      toggle={() => setOpen(!open)}
    >
      <Player
        label={t`Call with ${who}`}
        seconds={kept.seconds}
        load={() => soundOf(kept.id, 'own')}
        peaks={() => peaksOf(kept.id)}
      />
      {gaps && (
        <Text size="sm" c="dimmed" mt="xs">
          <Trans>Something is left out at {gaps}.</Trans>
        </Text>
      )}
      <Button
        size="md"
        variant="default"
        mt="sm"
        leftSection={away ? <IconArrowBackUp size={18} aria-hidden /> : <IconArchive size={18} aria-hidden />}
        onClick={put}
      >
        {away ? <Trans>Bring back</Trans> : <Trans>Put away</Trans>}
      </Button>
    </Fold>
  );
}
