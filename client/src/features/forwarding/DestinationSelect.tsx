import { Select } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Colleague } from '~/api';
import { asProblem } from '~/core/problem';
import { problemSentences } from '~/design/problem-messages';
import { DEFAULT, OFF, typedDestination } from './model';
import { useDestinationText } from './texts';

/** Options rendered at once; typing filters the rest. */
const MAX_OPTIONS = 200;

interface DestinationSelectProps {
  label: string;
  description: string;
  value: string;
  /** The number whose calls are forwarded. */
  number: string;
  people: readonly Colleague[];
  /** The rule may be left to the state "available". */
  inherits: boolean;
  /** Saves the destination; a refusal is shown at this field. */
  onSave: (destination: string) => Promise<unknown>;
}

/** A select of a destination: a person, a mailbox, or a number that is typed. */
export function DestinationSelect({
  label,
  description,
  value,
  number,
  people,
  inherits,
  onSave,
}: DestinationSelectProps) {
  const { t } = useLingui();
  const text = useDestinationText(people);
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();
  const [saving, setSaving] = useState(false);
  const save = async (destination: string | null) => {
    if (!destination || destination === value) return;
    setTyped(text(destination));
    setSaving(true);
    try {
      await onSave(destination);
      setError(undefined);
    } catch (fault) {
      setError(problemSentences(asProblem(fault), t));
      setTyped(text(value));
    } finally {
      setSaving(false);
    }
  };
  const option = (destination: string) => ({ value: destination, label: text(destination) });
  const others = people.filter((each) => each.number !== number).map((each) => option(`extension:${each.number}`));
  const fixed = [...(inherits ? [DEFAULT] : []), OFF, `mailbox:${number}`].map(option);
  const known = new Set([...fixed, ...others].map((each) => each.value));
  const outside = typed === text(value) ? undefined : typedDestination(typed, people);
  const data = [
    { group: t`Calls`, items: known.has(value) ? fixed : [...fixed, option(value)] },
    ...(outside && outside !== value && !known.has(outside)
      ? [{ group: t`Number`, items: [{ value: outside, label: typed.trim() }] }]
      : []),
    { group: t`People`, items: others },
  ];
  return (
    <Select
      size="md"
      maw="var(--field-width)"
      label={label}
      description={description}
      error={error}
      searchable
      allowDeselect={false}
      limit={MAX_OPTIONS}
      readOnly={saving}
      nothingFoundMessage={t`No person has this name. You can also type a number.`}
      data={data}
      value={value}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(destination) => void save(destination)}
    />
  );
}
