import { Button, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { formatDuration } from '~/design/dates';
import { Section } from '~/design/Section';
import { costsText } from '~/design/money';
import { qualityGrade, useCallTexts, useRemoveCalls, type HistoryEntry } from '~/features/history';
import { useNumberFormat } from '~/features/phone-numbers';
import { ReportAbuseButton } from '~/features/support';
import css from './contact.module.css';

/** The contents of the record of a call. */
export function CallDetails({ entry }: { entry: HistoryEntry }) {
  const { t, i18n } = useLingui();
  const { outcomeOf } = useCallTexts();
  const formatted = useNumberFormat();
  const navigate = useNavigate();
  const removeCalls = useRemoveCalls();
  const remove = () => {
    removeCalls([entry.id]);
    void navigate({ to: '/calls', search: true });
  };
  const grades = { good: t`good`, fair: t`fair`, poor: t`poor` };
  const directions = { internal: t`internal`, inbound: t`from outside`, outbound: t`to outside` };
  const details: [string, string | false | undefined][] = [
    [t`Started`, i18n.date(entry.started, { dateStyle: 'full', timeStyle: 'short' })],
    [t`Type`, `${outcomeOf(entry)} (${directions[entry.direction]})`],
    [t`Talk time`, entry.seconds > 0 && formatDuration(entry.seconds)],
    [
      t`Audio quality`,
      entry.mos !== undefined &&
        [
          grades[qualityGrade(entry.mos)],
          `MOS ${i18n.number(entry.mos, { maximumFractionDigits: 1 })}`,
          entry.loss !== undefined && t`packet loss ${i18n.number(entry.loss, { maximumFractionDigits: 1 })} %`,
        ]
          .filter(Boolean)
          .join(', '),
    ],
    [t`Also in the call`, entry.others.map(formatted).join(', ')],
    [t`Recording`, entry.recorded && t`recorded`],
    [t`Cost`, costsText(entry.costs, i18n.locale)],
  ];
  const party = [entry.name, entry.number].filter(Boolean).join(', ');
  return (
    <Section title={t`This call`}>
      <dl className={css.details}>
        {details.map(
          ([title, value]) =>
            value && (
              <div key={title}>
                <Text component="dt" size="sm" c="dimmed">
                  {title}
                </Text>
                <Text component="dd">{value}</Text>
              </div>
            ),
        )}
      </dl>
      {entry.costs && entry.costs.length > 0 && (
        <Text size="sm" c="dimmed">
          <Trans>
            Time, cost and the beginning of the number are stored for billing, even if you remove the call or your data
            is erased. After an erasure they have no link to you.
          </Trans>
        </Text>
      )}
      {entry.kind === 'test' && (
        <Text size="sm" c="dimmed">
          <Trans>A call to your own number, for example of the self-test.</Trans>
        </Text>
      )}
      <ReportAbuseButton
        reported={{
          topic: t`Call with ${party}`,
          excerpt: [party, ...details.slice(0, 3).map(([title, value]) => value && `${title}: ${value}`)]
            .filter(Boolean)
            .join('\n'),
        }}
      />
      <Button
        size="md"
        variant="light"
        color="red"
        leftSection={<IconTrash size={18} aria-hidden />}
        style={{ alignSelf: 'flex-start' }}
        onClick={remove}
      >
        <Trans>Remove from my list</Trans>
      </Button>
    </Section>
  );
}
