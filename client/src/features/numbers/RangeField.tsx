import { Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type NumberRange } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { rangeText } from './model';

interface RangeFieldProps {
  first: string;
  /** Last digits of the last number; empty for a single number. */
  last: string;
  onChange: (last: string) => void;
  tenant?: string;
}

/** Makes a range of a number, and says which numbers these are. */
export function RangeField({ first, last, onChange, tenant }: RangeFieldProps) {
  const { t } = useLingui();
  const [numbers] = useDebouncedValue(rangeText(first, last), 300);
  const preview = useQuery({
    queryKey: ['numbers', 'range', tenant, numbers],
    queryFn: async () => (await api.previewNumberRange({ query: { tenant }, body: { numbers } })).data,
    enabled: numbers !== '',
    retry: false,
  });
  return (
    <>
      <TextInput
        size="md"
        label={t`Up to (last digits)`}
        description={t`For a range of numbers, such as 99. Empty: one number.`}
        inputMode="numeric"
        maxLength={4}
        autoComplete="off"
        value={last}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
      <ErrorNotice fault={numbers ? preview.error : undefined} />
      <div role="status">{numbers && preview.data && <Preview found={preview.data} />}</div>
    </>
  );
}

const SHOWN = 5;

function Preview({ found: { numbers, taken } }: { found: NumberRange }) {
  const { t } = useLingui();
  const [first, last] = [numbers[0], numbers[numbers.length - 1]];
  const count = t`${plural(numbers.length, { one: '# number', other: '# numbers' })}`;
  const listed = taken.slice(0, SHOWN).join(', ') + (taken.length > SHOWN ? ' …' : '');
  return (
    <>
      <Text size="sm">
        <Trans>
          {count}, from {first} to {last}
        </Trans>
      </Text>
      {taken.length > 0 && (
        <Text size="sm" c="red">
          <Trans>These exist already, so none can be added: {listed}</Trans>
        </Text>
      )}
    </>
  );
}
