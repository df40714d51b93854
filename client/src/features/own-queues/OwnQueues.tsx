import { Fieldset, NativeSelect, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { useReloadOnEvent } from '~/api/useReloadOnEvent';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { formatDateTime } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { changeTo, choicesFrom, ownAgents, type AgentChoice, type OwnAgent } from './model';
import { CHOICE_TEXTS } from './texts';

const OWN_QUEUES = 'own-queues';

/** Signs the user in and out of each of their queues, and pauses them. Renders nothing for users without a queue. */
export function OwnQueues() {
  const { t } = useLingui();
  const { data = [] } = useQuery({
    queryKey: [OWN_QUEUES],
    queryFn: async () => ownAgents((await api.listQueues({ query: { own: true, limit: MAX_PAGE_SIZE } })).data.items),
  });
  useReloadOnEvent('queue', OWN_QUEUES);
  if (data.length === 0) return null;
  return (
    <Fieldset legend={t`Your queues`}>
      <Stack gap="sm">
        {data.map((own) => (
          <OwnQueue key={own.key} own={own} />
        ))}
      </Stack>
    </Fieldset>
  );
}

function OwnQueue({ own: { queue, agent, label, choice } }: { own: OwnAgent }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (to: AgentChoice) =>
      api.changeAgent({ path: { queue: queue.id, agent: agent.extension_id }, body: changeTo(to) }),
    onSettled: () => queries.invalidateQueries({ queryKey: [OWN_QUEUES] }),
  });
  const since = agent.since && formatDateTime(agent.since);
  return (
    <>
      <ErrorNotice fault={change.error} />
      <NativeSelect
        size="md"
        label={label}
        description={since && t`Since ${since}`}
        disabled={change.isPending}
        value={change.isPending ? change.variables : choice}
        onChange={(event) => {
          const wanted = choicesFrom(choice).find((each) => each === event.currentTarget.value);
          if (wanted) change.mutate(wanted);
        }}
        data={choicesFrom(choice).map((each) => ({ value: each, label: t(CHOICE_TEXTS[each]) }))}
      />
    </>
  );
}
