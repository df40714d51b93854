import { Button, Fieldset, MultiSelect, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { matchesSearch } from '~/design/table';
import { useExtensions } from '~/features/extensions';
import { RowButtons } from '~/features/routing';
import css from './groups.module.css';
import { allMembers } from './model';

interface MembersProps {
  tenant?: string;
  /** All members ring together, so that there are no steps. */
  together: boolean;
  value: string[][];
  onChange: (steps: string[][]) => void;
  error?: ReactNode;
}

/** The members of a ring group: a list, or steps whose extensions ring together. */
export function Members({ tenant, together, value, onChange, error }: MembersProps) {
  const { t } = useLingui();
  const extensions = useExtensions(tenant).items.map(({ number, name }) => ({
    value: number,
    label: `${name} · ${number}`,
  }));
  const select = {
    size: 'md',
    data: extensions,
    searchable: true,
    limit: 100,
    hidePickedOptions: true,
    nothingFoundMessage: t`No match`,
    clearButtonProps: { 'aria-label': t`Remove all` },
  } as const;
  if (together) {
    return (
      <MultiSelect
        {...select}
        filter={({ options, search }) =>
          options.filter((each) => 'value' in each && matchesSearch(search, [each.label]))
        }
        label={t`Members`}
        required
        placeholder={value.length > 0 ? undefined : t`Name or number`}
        value={allMembers(value)}
        onChange={(numbers) => onChange(numbers.map((number) => [number]))}
        error={error}
      />
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
        <Trans>Extensions of one step ring together.</Trans>
      </Text>
      <ol className={css.steps}>
        {steps.map((step, at) => (
          <li key={at}>
            <div className={css.step}>
              <span className={css.stepName}>{stepName(at)}</span>
              <RowButtons rows={steps} at={at} onChange={onChange} name={stepName(at)} ordered />
            </div>
            <MultiSelect
              {...select}
              aria-label={stepName(at)}
              placeholder={step.length > 0 ? undefined : t`Name or number`}
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
