import { Input, Select, TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useId, type ReactNode } from 'react';
import { matchesSearch } from '~/design/table';
import { choiceOf, isMissing, LISTED, outsideName, OUTSIDE, parseDestination, QUEUE } from './destinations';
import { withChoice, withoutPriority, withPriority } from './destinations';
import { PrioritySelect } from './PrioritySelect';
import css from './routing.module.css';
import { CHOICES } from './useDestinationText';
import { useTargets } from './useTargets';

interface DestinationPickerProps {
  label: string;
  description?: ReactNode;
  /** Such as `group:6000`; `group:` while only the kind is chosen; "" for no destination. */
  value: string;
  onChange: (value: string) => void;
  error?: ReactNode;
  tenant?: string;
  /** The destination that is edited: it is not offered, because it cannot lead to itself. */
  own?: string;
  /** Name of the choice without a destination; omit it where one is required. */
  none?: string;
}

const NONE = 'none';

/** Chooses where calls lead: first the kind, then by name or number. */
export function DestinationPicker(props: DestinationPickerProps) {
  const { label, description, value, onChange, error, tenant, own, none } = props;
  const { t } = useLingui();
  const targets = useTargets(tenant);
  const id = useId();
  const choice = choiceOf(value);
  const { kind, name, priority } = parseDestination(value);
  const target = withoutPriority(value);
  const choices = Object.entries(CHOICES).map(([key, title]) => ({ value: key, label: t(title) }));
  if (none) choices.unshift({ value: NONE, label: none });
  if (choice && !CHOICES[choice]) choices.push({ value: choice, label: choice });
  const kindTitle = CHOICES[choice] ? t(CHOICES[choice]) : choice;
  const options = (targets[kind] ?? []).filter((each) => each.value !== own);
  const shown = options.some((each) => each.value === target);
  const missing = isMissing(value, targets) ? t`This destination does not exist.` : undefined;
  const problem = error ?? missing;
  return (
    <Input.Wrapper
      role="group"
      aria-labelledby={id}
      label={label}
      labelElement="div"
      labelProps={{ id }}
      description={description}
      size="md"
      withAsterisk={!none}
    >
      <div className={css.destination}>
        <Select
          size="md"
          className={css.kind}
          aria-label={t`Kind of destination`}
          placeholder={t`Choose`}
          data={choices}
          maxDropdownHeight={320}
          allowDeselect={false}
          value={choice || (none ? NONE : null)}
          onChange={(next) => onChange(withChoice(next === NONE ? '' : (next ?? '')))}
          error={kind && choice === kind ? undefined : problem}
        />
        {LISTED.includes(kind) && (
          <Select
            size="md"
            className={css.target}
            aria-label={kindTitle}
            searchable
            limit={100}
            maxDropdownHeight={320}
            placeholder={t`Name or number`}
            nothingFoundMessage={t`No match`}
            allowDeselect={false}
            data={shown || !name ? options : [...options, { value: target, label: name }]}
            filter={({ options: all, search }) =>
              all.filter((each) => 'value' in each && matchesSearch(search, [each.label]))
            }
            value={name ? target : null}
            onChange={(next) => next && onChange(withPriority(next, priority))}
            error={problem}
          />
        )}
        {kind === QUEUE && name && (
          <PrioritySelect
            size="md"
            label={t`Priority in the queue`}
            value={priority}
            onChange={(next) => onChange(withPriority(value, next))}
          />
        )}
        {kind === OUTSIDE && (
          <TextInput
            size="md"
            className={css.target}
            aria-label={kindTitle}
            type="tel"
            autoComplete="off"
            placeholder="+49 30 1234567"
            value={name}
            onChange={(event) => onChange(`${OUTSIDE}:${outsideName(event.currentTarget.value)}`)}
            error={problem}
          />
        )}
      </div>
    </Input.Wrapper>
  );
}
