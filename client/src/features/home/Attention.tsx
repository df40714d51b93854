import { Anchor, Text } from '@mantine/core';
import { Link, type LinkProps } from '@tanstack/react-router';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { type AttentionItem, type Readiness } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';
import { useAttention } from './useAttention';
import css from './home.module.css';

type AttentionKind = AttentionItem['kind'];

interface AttentionProps {
  tenant?: string;
}

/** Open matters of an administrator; operators also see which components of the server are not ready. */
export function Attention({ tenant }: AttentionProps) {
  const { t } = useLingui();
  return (
    <Section title={t`Needs attention`}>
      <AttentionList tenant={tenant} />
    </Section>
  );
}

/** The open matters with links to where they are dealt with. `onChosen`: called when one is followed. */
export function AttentionList({ tenant, onChosen }: AttentionProps & { onChosen?: () => void }) {
  const { t } = useLingui();
  const { matters, failing, loaded, fault, retry } = useAttention(tenant);
  const count = failing.length + (matters?.length ?? 0);
  const failed = fault !== undefined;
  return (
    <>
      <ErrorBar fault={fault} retry={retry} />
      {count === 0 && !failed && (
        <Text c="dimmed" size="sm">
          {loaded ? <Trans>Everything works.</Trans> : <Trans>Loading…</Trans>}
        </Text>
      )}
      {count > 0 && (
        <ul className={css.list} aria-label={t`Needs attention`}>
          {failing.map((part) => (
            <FailingPart key={part.name} part={part} />
          ))}
          {matters?.map(({ kind, count }) => (
            <li key={kind}>
              <Anchor component={Link} to={PAGES[kind]} size="sm" onClick={onChosen}>
                {matter(kind, count)}
              </Anchor>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function FailingPart({ part: { name, why } }: { part: Readiness['parts'][number] }) {
  const { t } = useLingui();
  const names: Record<string, string> = {
    database: t`Database`,
    rtpengine: t`Media relay (rtpengine)`,
    spool: t`Call records`,
    outbox: t`Notifications`,
    disk: t`Disk space`,
  };
  return (
    <li>
      <Text size="sm" c="red">
        {why ? `${names[name] ?? name}: ${why}` : <Trans>{names[name] ?? name} does not work.</Trans>}
      </Text>
    </li>
  );
}

/** The page where each kind is dealt with. */
const PAGES: Record<AttentionKind, LinkProps['to']> = {
  trunks_down: '/trunks',
  calls_stopped: '/protection',
  requests_overdue: '/privacy/requests',
  requests_open: '/privacy/requests',
  help_requests: '/reports',
  emails_failed: '/emails',
  invoices_overdue: '/billing',
  invoices_waiting: '/billing',
  credit_low: '/costs',
  trial_ends: '/costs',
  trial_ended: '/costs',
};

function matter(kind: AttentionKind, count: number): ReactNode {
  switch (kind) {
    case 'trunks_down':
      return <Plural value={count} one="# trunk does not work" other="# trunks do not work" />;
    case 'calls_stopped':
      return (
        <Plural
          value={count}
          one="Calls to the outside are stopped for # reason"
          other="Calls to the outside are stopped for # reasons"
        />
      );
    case 'requests_overdue':
      return <Plural value={count} one="# request is overdue" other="# requests are overdue" />;
    case 'requests_open':
      return <Plural value={count} one="# open request" other="# open requests" />;
    case 'help_requests':
      return <Plural value={count} one="# help request" other="# help requests" />;
    case 'emails_failed':
      return <Plural value={count} one="# e-mail was not delivered" other="# e-mails were not delivered" />;
    case 'invoices_overdue':
      return <Plural value={count} one="# invoice is overdue" other="# invoices are overdue" />;
    case 'invoices_waiting':
      return (
        <Plural
          value={count}
          one="# invoice was not sent: its recipient needs an e-mail address"
          other="# invoices were not sent: their recipients need an e-mail address"
        />
      );
    case 'credit_low':
      return <Trans>The credit is low.</Trans>;
    case 'trial_ends':
      return <Plural value={count} one="The trial ends in # day" other="The trial ends in # days" />;
    case 'trial_ended':
      return <Trans>The trial has ended: calls outside are refused.</Trans>;
  }
}
