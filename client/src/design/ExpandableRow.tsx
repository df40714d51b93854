import { Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import css from './expandable-row.module.css';

interface ExpandableRowProps {
  /** Shown at the left. */
  icon: ReactNode;
  title: string;
  /** Second line; empty parts are left out. */
  details: (string | false | undefined)[];
  /** For new entries. */
  emphasized?: boolean;
  /** Shown at the right, before the chevron. */
  badge?: ReactNode;
  open: boolean;
  onToggle: () => void;
  children: ReactNode;
}

/** A row of `Rows` that expands to show its actions. */
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
          <Text fw={emphasized ? 650 : 500}>{title}</Text>
          <Text size="sm" c="dimmed">
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
