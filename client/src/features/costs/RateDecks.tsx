import { Badge, Button, Group } from '@mantine/core';
import { IconReceipt, IconUpload } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type RateDeck } from '~/api';
import { useChanges } from '~/design/changes';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, usePages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { ImportDeck } from './ImportDeck';
import { DECK_STATES } from './model';
import { RateAgain } from './RateAgain';

interface RateDecksProps {
  tenant?: string;
  /** Only operators change prices. */
  operator: boolean;
}

/** The rate decks of the organisation. */
export function RateDecks({ tenant, operator }: RateDecksProps) {
  const { t, i18n } = useLingui();
  const [importing, setImporting] = useState(false);
  const [again, setAgain] = useState(false);
  const list = usePages<RateDeck>(['rate-decks', tenant], () => api.listRateDecks({ query: { tenant } }));
  const changes = useChanges(['rate-decks']);
  const day = (value: string | null | undefined) =>
    value ? i18n.date(new Date(value), { dateStyle: 'medium', timeStyle: 'short' }) : '–';
  const columns: Column<RateDeck>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => <bdi>{name}</bdi> },
    {
      title: t`State`,
      card: 'aside',
      value: ({ state }) => t(DECK_STATES[state].text),
      render: ({ state }) => (
        <Badge variant="dot" miw="max-content" color={DECK_STATES[state].colour}>
          {t(DECK_STATES[state].text)}
        </Badge>
      ),
    },
    { title: t`Rates`, numeric: true, value: ({ rates }) => rates, render: ({ rates }) => i18n.number(rates) },
    { title: t`Currency`, card: 'none', value: ({ currency }) => currency, render: ({ currency }) => currency },
    {
      title: t`In force from`,
      value: ({ in_force }) => in_force ?? '',
      render: ({ in_force }) => day(in_force),
    },
  ];
  const add = operator && (
    <Button size="md" leftSection={<IconUpload size={16} aria-hidden />} onClick={() => setImporting(true)}>
      <Trans>Import rate deck</Trans>
    </Button>
  );
  const remove = ({ id, name }: RateDeck) =>
    changes.mutate({
      apply: () => api.deleteRateDeck({ path: { deck: id }, query: { tenant } }),
      deletes: id,
      message: t`${name} was deleted.`,
    });
  return (
    <Section title={t`Rate decks`} lead={<Trans>Prices of calls outside by the beginning of the number.</Trans>}>
      <ErrorNotice fault={changes.error} />
      <DataTable<RateDeck>
        label={t`Rate decks`}
        list={list}
        columns={columns}
        tools={
          hasTools(list) &&
          add && (
            <Group gap="xs">
              <Button size="md" variant="default" onClick={() => setAgain(true)}>
                <Trans>Rate calls again</Trans>
              </Button>
              {add}
            </Group>
          )
        }
        actions={(deck) =>
          operator &&
          deck.state === 'draft' && (
            <Button size="xs" variant="default" aria-label={t`Delete ${deck.name}`} onClick={() => remove(deck)}>
              <Trans>Delete</Trans>
            </Button>
          )
        }
        empty={
          <EmptyState
            icon={IconReceipt}
            text={<Trans>Without a rate deck, calls outside have no price.</Trans>}
            action={add || undefined}
          />
        }
      />
      {operator && <RateAgain opened={again} onClose={() => setAgain(false)} tenant={tenant} />}
      {operator && <ImportDeck opened={importing} onClose={() => setImporting(false)} tenant={tenant} />}
    </Section>
  );
}
