import { Button } from '@mantine/core';
import { IconPhoneCalling } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { POLL_INTERVAL_MS } from '~/design/lists';
import { Row, Rows } from '~/design/Rows';
import { useNumberFormat } from '~/features/phone-numbers';
import { COMPLETIONS } from './useCallWhenFree';

/** The colleagues that the user waits for. Renders nothing if there are none. */
export function WaitingCalls() {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const queries = useQueryClient();
  const { data = [] } = useQuery({
    queryKey: COMPLETIONS,
    queryFn: async () => (await api.listCompletions()).data.items,
    refetchInterval: POLL_INTERVAL_MS,
  });
  const cancel = useMutation({
    mutationFn: (completion: string) => api.cancelCompletion({ path: { completion } }),
    onSettled: () => queries.invalidateQueries({ queryKey: COMPLETIONS }),
  });
  if (data.length === 0) return null;
  return (
    <Rows label={t`Calls when free`}>
      {data.map(({ id, name, number, until }) => {
        const callee = name || formatted(number);
        const end = new Date(until).toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' });
        return (
          <Row
            key={id}
            icon={<IconPhoneCalling size={20} aria-hidden />}
            trailing={
              <Button
                size="md"
                variant="default"
                aria-label={t`Cancel: no longer wait for ${callee}`}
                onClick={() => cancel.mutate(id)}
              >
                <Trans>Cancel</Trans>
              </Button>
            }
          >
            <Trans>
              Your phone rings once <bdi>{callee}</bdi> is free, until {end} at the latest.
            </Trans>
          </Row>
        );
      })}
    </Rows>
  );
}
