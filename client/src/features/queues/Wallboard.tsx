import { Badge, Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type AgentChange, type CallerChange, type LiveAgent, type LiveQueue } from '~/api';
import { formatDuration } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { CHOICE_TEXTS } from '~/features/own-queues';
import { useNumberFormat } from '~/features/phone-numbers';
import { PrioritySelect } from '~/features/routing';
import { MissedCallers } from './MissedCallers';
import css from './queues.module.css';

/** Waiting callers, agents and the figures of today of one queue. */
export function Wallboard({ live, tenant }: { live: LiveQueue; tenant: string | undefined }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: ({ agent, body }: { agent: LiveAgent; body: AgentChange }) =>
      api.changeAgent({ path: { queue: live.id, agent: agent.extension_id }, query: { tenant }, body }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['queues'] }),
  });
  const move = useMutation({
    mutationFn: ({ caller, body }: { caller: string; body: CallerChange }) =>
      api.changeQueueCaller({ path: { queue: live.id, caller }, query: { tenant }, body }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['queues'] }),
  });
  const seconds = (value: number | null | undefined) => (value == null ? '–' : formatDuration(value));
  const share = live.service_level;
  const formatted = useNumberFormat();
  const figures = [
    { name: t`Waiting`, value: String(live.waiting.length) },
    { name: t`Answered today`, value: String(live.answered) },
    { name: t`Abandoned today`, value: String(live.abandoned) },
    { name: t`Service level`, value: share == null ? '–' : `${Math.round(share * 100)} %` },
    { name: t`Average wait`, value: seconds(live.average_wait) },
    { name: t`Expected wait`, value: seconds(live.expected_wait) },
  ];
  return (
    <>
      <ul className={css.tiles} aria-label={t`Figures of the queue`}>
        {figures.map((each) => (
          <li key={each.name} className={css.tile}>
            <Text size="sm">{each.name}</Text>
            <span className={css.figure}>{each.value}</span>
          </li>
        ))}
      </ul>
      <Section title={t`Waiting callers`}>
        <ErrorNotice fault={move.error} />
        <ul className={css.rows} aria-label={t`Waiting callers`}>
          {live.waiting.length === 0 && (
            <li className={css.row}>
              <Text>
                <Trans>No caller is waiting.</Trans>
              </Text>
            </li>
          )}
          {live.waiting.map((each) => (
            <li key={each.id} className={css.row}>
              <Text>
                {each.position}. {each.name || formatted(each.number) || t`Withheld number`}
              </Text>
              {each.callback && (
                <Badge variant="light">
                  <Trans>Callback</Trans>
                </Badge>
              )}
              <span className={css.time}>{formatDuration(each.waited)}</span>
              <PrioritySelect
                size="xs"
                label={t`Priority of caller ${each.position}`}
                value={each.priority}
                onChange={(priority) => move.mutate({ caller: each.id, body: { priority } })}
              />
            </li>
          ))}
        </ul>
      </Section>
      <MissedCallers live={live} tenant={tenant} />
      <Section title={t`Agents`}>
        <ErrorNotice fault={change.error} />
        <ul className={css.rows} aria-label={t`Agents`}>
          {live.agents.map((agent) => (
            <Agent key={agent.extension_id} agent={agent} onChange={(body) => change.mutate({ agent, body })} />
          ))}
        </ul>
      </Section>
    </>
  );
}

const COLOURS: Record<LiveAgent['state'], string> = {
  available: 'teal',
  ringing: 'yellow',
  in_call: 'blue',
  wrap_up: 'violet',
  paused: 'orange',
  signed_out: 'gray',
};

function Agent({ agent, onChange }: { agent: LiveAgent; onChange: (body: AgentChange) => void }) {
  const { t } = useLingui();
  const states: Record<LiveAgent['state'], string> = {
    available: t`available`,
    ringing: t`ringing`,
    in_call: t`in a call`,
    wrap_up: t`wrap-up`,
    paused: !agent.paused ? t`do not disturb` : agent.reason ? t(CHOICE_TEXTS[agent.reason]) : t`paused`,
    signed_out: t`signed out`,
  };
  const { name, state, paused } = agent;
  const signedOut = state === 'signed_out';
  return (
    <li className={css.row}>
      <Text>
        <bdi>{name}</bdi> · {agent.extension}
      </Text>
      <Badge variant="dot" color={COLOURS[state]}>
        {states[state]}
      </Badge>
      <span className={css.time}>{formatDuration(agent.seconds)}</span>
      {!signedOut && (
        <Button
          variant="default"
          size="xs"
          aria-label={paused ? t`Resume ${name}` : t`Pause ${name}`}
          onClick={() => onChange({ paused: !paused })}
        >
          {paused ? <Trans>Resume</Trans> : <Trans>Pause</Trans>}
        </Button>
      )}
      <Button
        variant="default"
        size="xs"
        aria-label={signedOut ? t`Sign in ${name}` : t`Sign out ${name}`}
        onClick={() => onChange({ signed_in: signedOut })}
      >
        {signedOut ? <Trans>Sign in</Trans> : <Trans>Sign out</Trans>}
      </Button>
    </li>
  );
}
