import { Anchor, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';
import { formatDuration } from '~/design/dates';
import { useLiveCalls } from '~/features/live-calls';
import css from './home.module.css';

const SHOWN = 5;

/** Up to five live calls. */
export function LiveNow({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const { calls, total, secondsOf, nameOf } = useLiveCalls(tenant, SHOWN);
  return (
    <Section title={t`Live calls`}>
      <ErrorBar fault={calls.fault} retry={calls.retry} />
      {calls.items.length === 0 ? (
        !calls.fault && (
          <Text c="dimmed" size="sm">
            {calls.loaded ? <Trans>No active calls.</Trans> : <Trans>Loading…</Trans>}
          </Text>
        )
      ) : (
        <ul className={css.list} aria-label={t`Live calls`}>
          {calls.items.map((call) => (
            <li key={call.id}>
              <span className={css.parties}>
                {nameOf(call.caller, call.caller_name)} →{' '}
                {call.room ? t`Conference` : nameOf(call.callee, call.callee_name)}
              </span>
              <span className="tabular">{formatDuration(secondsOf(call))}</span>
            </li>
          ))}
        </ul>
      )}
      <Group justify="flex-end">
        <Anchor component={Link} to="/live" size="sm">
          {total > SHOWN ? <Trans>All {total} live calls</Trans> : <Trans>All live calls</Trans>}
        </Anchor>
      </Group>
    </Section>
  );
}
