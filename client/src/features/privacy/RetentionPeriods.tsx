import { Select, Table, Text } from '@mantine/core';
import { useLingui, Trans } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Retention, type RetentionClass } from '~/api';
import { useChanges } from '~/design/changes';
import { ErrorNotice } from '~/design/Notice';
import { periodText } from '~/design/periods';
import { conditionOf, updatingChange } from '~/features/routing';
import { RETENTION_CLASSES, RETENTION_LAWS } from './retention-texts';
import css from './privacy.module.css';

const CHOICES = ['P7D', 'P14D', 'P30D', 'P3M', 'P6M', 'P12M', 'P18M', 'P2Y', 'P3Y', 'P10Y'];

/** The period of each class; those with a period can be changed within the limits of the law. */
export function RetentionPeriods({
  retention: { classes, version },
  tenant,
}: {
  retention: Retention;
  tenant?: string;
}) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const changes = useChanges(['retention', 'retention-preview', 'privacy-map']);
  const before = Object.fromEntries(
    classes.flatMap(({ name, changed, period }) => (changed && period ? [[name, period]] : [])),
  );
  const send = async (periods: Record<string, string>, headers: ReturnType<typeof conditionOf>) => {
    const answer = await api.changeRetention({ query: { tenant }, body: { periods }, headers });
    queries.setQueryData(['retention', tenant], answer.data);
    return answer;
  };
  const change = ({ name, default: usual }: RetentionClass, period: string) => {
    const { [name]: _, ...others } = before;
    const wanted = period === usual ? others : { ...others, [name]: period };
    const periods = { before: { periods: before }, after: { periods: wanted } };
    changes.mutate(
      updatingChange({ version, ...periods, message: t`The period is changed.` }, (body, headers) =>
        send(body.periods ?? before, headers),
      ),
    );
  };
  return (
    <>
      <ErrorNotice fault={changes.error} />
      <Table aria-label={t`Retention`} className={css.periods}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">
              <Trans>Data</Trans>
            </Table.Th>
            <Table.Th scope="col">
              <Trans>Stored</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {classes.map((each) => (
            <Table.Tr key={each.name}>
              <Table.Th scope="row">{titleOf(each.name, t)}</Table.Th>
              <Table.Td>
                <Stored each={each} disabled={changes.isPending} onChange={(period) => change(each, period)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

interface StoredProps {
  each: RetentionClass;
  disabled: boolean;
  onChange: (period: string) => void;
}

function Stored({ each: { name, period, limits, text, default: usual }, disabled, onChange }: StoredProps) {
  const { t } = useLingui();
  if (!period || !limits) return <>{RETENTION_CLASSES[name]?.end ? t(RETENTION_CLASSES[name].end) : text}</>;
  const within = CHOICES.filter(
    (choice) => days(choice) >= days(limits.shortest) && days(choice) <= days(limits.longest),
  );
  const shown = [...new Set([...within, period, ...(usual ? [usual] : [])])].toSorted(
    (one, other) => days(one) - days(other),
  );
  return (
    <>
      <Select
        size="md"
        miw="min(9.5rem, 40vw)"
        maw={240}
        aria-label={t`Period: ${titleOf(name, t)}`}
        allowDeselect={false}
        disabled={disabled}
        data={shown.map((value) => ({ value, label: periodText(value) }))}
        value={period}
        onChange={(chosen) => chosen && onChange(chosen)}
      />
      {limits.law && (
        <Text size="xs" c="dimmed" mt={4}>
          {RETENTION_LAWS[limits.law] ? t(RETENTION_LAWS[limits.law]!) : limits.law}
        </Text>
      )}
    </>
  );
}

const titleOf = (name: string, t: ReturnType<typeof useLingui>['t']) =>
  RETENTION_CLASSES[name] ? t(RETENTION_CLASSES[name].title) : name;

/** About the length of a period in days, for the order. */
function days(period: string): number {
  const length = { Y: 365.25, M: 30.4, D: 1 };
  const parts = [...period.matchAll(/(\d+)([YMD])/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * length[unit as keyof typeof length], 0);
}
