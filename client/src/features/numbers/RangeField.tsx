import { Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type NumberRange } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { rangeText, type RangeValues } from './model';

interface RangeFieldProps {
  first: string;
  range: RangeValues;
  onChange: (range: RangeValues) => void;
  tenant?: string;
}

/** Makes a range of a number, and says which numbers these are and which of them lead to extensions. */
export function RangeField({ first, range, onChange, tenant }: RangeFieldProps) {
  const { t } = useLingui();
  const { last, extensions } = range;
  const [numbers] = useDebouncedValue(rangeText(first, last), 300);
  const [pattern] = useDebouncedValue(extensions, 300);
  const preview = useQuery({
    queryKey: ['numbers', 'range', tenant, numbers, pattern],
    queryFn: async () =>
      (await api.previewNumberRange({ query: { tenant }, body: { numbers, extensions: pattern } })).data,
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
        onChange={(event) => onChange({ last: event.currentTarget.value.trim(), extensions })}
      />
      {last && (
        <TextInput
          size="md"
          label={t`Extensions by the last digits`}
          description={t`Such as 10##: then 01 at the end of a number leads to extension 1001. Other numbers lead to the destination below.`}
          maxLength={8}
          autoComplete="off"
          value={extensions}
          onChange={(event) => onChange({ last, extensions: event.currentTarget.value.trim() })}
        />
      )}
      <ErrorNotice fault={numbers ? preview.error : undefined} />
      <div role="status">{numbers && preview.data && <Preview found={preview.data} />}</div>
    </>
  );
}

const SHOWN = 5;

function Preview({ found: { numbers, taken, direct } }: { found: NumberRange }) {
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
      {direct.length > 0 && (
        <Text size="sm">
          <Plural value={direct.length} one="# of them leads to an extension" other="# of them lead to extensions" />
        </Text>
      )}
      {taken.length > 0 && (
        <Text size="sm" c="red">
          <Trans>These exist already, so none can be added: {listed}</Trans>
        </Text>
      )}
    </>
  );
}
