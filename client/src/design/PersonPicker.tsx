import { Select, type SelectProps } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Avatar } from './Avatar';
import { matchesSearch } from './table';
import css from './person-picker.module.css';
import { joined } from '~/core/bidi';

export interface Pickable {
  id: string;
  name: string;
  /** Number or e-mail address; searched too. */
  detail?: string;
}

interface PersonPickerProps extends Omit<SelectProps, 'data' | 'filter' | 'renderOption' | 'onChange'> {
  people: Pickable[];
  onChange: (id: string | null) => void;
  /** The presence dot of a person. */
  presence?: (id: string) => ReactNode;
}

/** Chooses a person by name or number, with avatar and presence. Its value is the person's id. */
export function PersonPicker({ people, onChange, presence, ...props }: PersonPickerProps) {
  const { t } = useLingui();
  const byId = new Map(people.map((each) => [each.id, each]));
  const avatarOf = ({ id, name }: Pickable, size: 24 | 32) => (
    <Avatar name={name} of={id} size={size} presence={presence?.(id)} />
  );
  const chosen = byId.get(props.value ?? '');
  return (
    <Select
      searchable
      maxDropdownHeight={320}
      limit={100}
      placeholder={t`Name or number`}
      nothingFoundMessage={t`No match`}
      data={people.map(({ id, name, detail }) => ({ value: id, label: detail ? joined(name, detail) : name }))}
      filter={({ options, search }) => options.filter((each) => 'value' in each && matchesSearch(search, [each.label]))}
      leftSection={chosen && avatarOf(chosen, 24)}
      renderOption={({ option }) => {
        const person = byId.get(option.value);
        if (!person) return option.label;
        return (
          <span className={css.option}>
            {avatarOf(person, 32)}
            <span className={css.name}>{person.name}</span>
            <span className={css.detail}>{person.detail}</span>
          </span>
        );
      }}
      onChange={(id) => onChange(id)}
      {...props}
    />
  );
}
