import { Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import css from './expandable-row.module.css';

interface ExpandableRowProps {
  /** A picture at the left. */
  icon: ReactNode;
  title: string;
  /** Below it; what is empty is left out. */
  details: (string | false | undefined)[];
  /** It is new. */
  emphasized?: boolean;
  /** At the right, before the sign that it unfolds. */
  badge?: ReactNode;
  open: boolean;
  onToggle: () => void;
  children: ReactNode;
}

/** A line of `Rows` that unfolds to what can be done with it. */
export function ExpandableRow({
  icon,
  title,
  details,
  emphasized,
  badge,
  open,
  onToggle,
  children,
}: ExpandableRowProps) {
  const id = useId();
  return (
    <li className={css.row}>
      <UnstyledButton className={css.head} aria-expanded={open} aria-controls={id} onClick={onToggle}>
        {icon}
        <div className={css.text}>
          <Text fw={emphasized ? 650 : 500} lineClamp={2}>
            {title}
          </Text>
          <Text size="sm" c="dimmed" truncate>
            {details.filter(Boolean).join(' · ')}
          </Text>
        </div>
        {badge}
        <IconChevronDown className={css.chevron} size={20} aria-hidden />
      </UnstyledButton>
      <div id={id} className={css.body} hidden={!open}>
        {open && children}
      </div>
    </li>
  );
}
