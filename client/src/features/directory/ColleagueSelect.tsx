import { MultiSelect } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { usePeople } from './usePeople';
import { joined } from '~/core/bidi';

interface ColleagueSelectProps {
  label: string;
  /** Numbers of extensions. */
  value: string[];
  onChange: (numbers: string[]) => void;
}

/** Field for some colleagues, found by name or number. It has the focus when its dialog opens. */
export function ColleagueSelect({ label, value, onChange }: ColleagueSelectProps) {
  const { t } = useLingui();
  const people = usePeople();
  return (
    <MultiSelect
      data-autofocus
      size="md"
      searchable
      label={label}
      placeholder={value.length ? undefined : t`Name or number`}
      nothingFoundMessage={t`No match`}
      limit={100}
      data={people.map((each) => ({ value: each.number, label: joined(each.name, each.number) }))}
      value={value}
      onChange={onChange}
    />
  );
}
