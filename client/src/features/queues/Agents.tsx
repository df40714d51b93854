import { Checkbox, Fieldset, NumberInput, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { PersonPicker } from '~/design/PersonPicker';
import { useExtensions } from '~/features/extensions';
import { RowButtons } from '~/features/routing';
import { withAgent, type AgentRow } from './model';
import css from './queues.module.css';

interface AgentsProps {
  tenant?: string;
  value: AgentRow[];
  onChange: (agents: AgentRow[]) => void;
  error?: ReactNode;
}

/** The agents of a queue in order, with their penalties. */
export function Agents({ tenant, value, onChange, error }: AgentsProps) {
  const { t } = useLingui();
  const extensions = useExtensions(tenant).items;
  const names = new Map(extensions.map((each) => [each.number, each.name]));
  const change = (at: number, part: Partial<AgentRow>) =>
    onChange(value.map((agent, index) => (index === at ? { ...agent, ...part } : agent)));
  const free = extensions.filter(({ number }) => value.every(({ extension }) => extension !== number));
  return (
    <Fieldset legend={t`Agents`}>
      <Text size="sm" c="dimmed">
        <Trans>Agents with a lower penalty ring first. Agents who are not signed in dial *50 to do so.</Trans>
      </Text>
      <ol className={css.agents}>
        {value.map((agent, at) => {
          const name = names.get(agent.extension) ?? agent.extension;
          return (
            <li key={agent.extension} className={css.agent}>
              <span className={css.agentName}>
                <bdi>{name}</bdi> · {agent.extension}
              </span>
              <RowButtons rows={value} at={at} onChange={onChange} name={name} ordered />
              <NumberInput
                size="sm"
                className={css.penalty}
                label={t`Penalty`}
                aria-label={t`Penalty of ${name}`}
                min={0}
                max={100}
                value={agent.penalty}
                onChange={(penalty) => change(at, { penalty: Number(penalty) })}
              />
              <Checkbox
                className={css.static}
                label={t`Signed in from the start`}
                aria-label={t`${name}: signed in from the start`}
                checked={agent.static}
                onChange={(event) => change(at, { static: event.currentTarget.checked })}
              />
            </li>
          );
        })}
      </ol>
      <PersonPicker
        size="md"
        label={t`Add agent`}
        people={free.map(({ number, name }) => ({ id: number, name, detail: number }))}
        value={null}
        onChange={(number) => number && onChange(withAgent(value, number))}
        error={error}
      />
    </Fieldset>
  );
}
