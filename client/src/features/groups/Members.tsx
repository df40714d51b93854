import { Button, Fieldset, MultiSelect, Stack, Text, type ComboboxItem } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { joined } from '~/core/bidi';
import { matchesSearch } from '~/design/table';
import { useExtensions } from '~/features/extensions';
import { RowButtons } from '~/features/routing';
import css from './groups.module.css';
import { allMembers, outsideNumber } from './model';

interface MembersProps {
  tenant?: string;
  /** All members ring together, so that there are no steps. */
  together: boolean;
  value: string[][];
  onChange: (steps: string[][]) => void;
  error?: ReactNode;
}

interface MemberSelectProps {
  extensions: ComboboxItem[];
  label?: string;
  required?: boolean;
  'aria-label'?: string;
  value: string[];
  onChange: (members: string[]) => void;
  error?: ReactNode;
}

/** Chooses members: extensions of a list, or numbers outside, which are typed. */
function MemberSelect({ extensions, value, ...select }: MemberSelectProps) {
  const { t } = useLingui();
  const [search, setSearch] = useState('');
  const typed = outsideNumber(search);
  const outside = [...value.filter((one) => one.startsWith('+')), ...(typed && !value.includes(typed) ? [typed] : [])];
  return (
    <MultiSelect
      {...select}
      size="md"
      data={[...extensions, ...outside.map((number) => ({ value: number, label: number }))]}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) =>
        options.filter((each) => 'value' in each && (each.value === typed || matchesSearch(search, [each.label])))
      }
      limit={100}
      hidePickedOptions
      nothingFoundMessage={t`No match`}
      clearButtonProps={{ 'aria-label': t`Remove all` }}
      placeholder={value.length > 0 ? undefined : t`Name or number`}
      value={value}
    />
  );
}

/** The members of a ring group: a list, or steps whose members ring together. */
export function Members({ tenant, together, value, onChange, error }: MembersProps) {
  const { t } = useLingui();
  const extensions = useExtensions(tenant).items.map(({ number, name }) => ({
    value: number,
    label: joined(name, number),
  }));
  if (together) {
    return (
      <Stack gap={4}>
        <MemberSelect
          extensions={extensions}
          label={t`Members`}
          required
          value={allMembers(value)}
          onChange={(numbers) => onChange(numbers.map((number) => [number]))}
          error={error}
        />
        <OutsideHint />
      </Stack>
    );
  }
  const steps = value.length > 0 ? value : [[]];
  const stepName = (at: number) => {
    const number = at + 1;
    return t`Step ${number}`;
  };
  return (
    <Fieldset legend={t`Members`}>
      <Text size="sm" c="dimmed">
        <Trans>Members of one step ring together.</Trans>
      </Text>
      <OutsideHint />
      <ol className={css.steps}>
        {steps.map((step, at) => (
          <li key={at}>
            <div className={css.step}>
              <span className={css.stepName}>{stepName(at)}</span>
              <RowButtons rows={steps} at={at} onChange={onChange} name={stepName(at)} ordered />
            </div>
            <MemberSelect
              extensions={extensions}
              aria-label={stepName(at)}
              value={step}
              onChange={(numbers) => onChange(steps.map((each, index) => (index === at ? numbers : each)))}
              error={at === 0 ? error : undefined}
            />
          </li>
        ))}
      </ol>
      <Button
        variant="default"
        size="md"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => onChange([...steps, []])}
      >
        <Trans>Add step</Trans>
      </Button>
    </Fieldset>
  );
}

function OutsideHint() {
  return (
    <Text size="sm" c="dimmed">
      <Trans>
        For a mobile or another office, type its number with the country code. Its user presses 1 to take a call.
      </Trans>
    </Text>
  );
}
