import { Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import { useSwipe, type SwipeActions } from './useSwipe';
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
  /** While it is closed: open, it holds a player that is dragged. */
  swipe?: SwipeActions;
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
  swipe,
  children,
}: ExpandableRowProps) {
  const id = useId();
  const { className, properties, content } = useSwipe(open ? undefined : swipe);
  return (
    <li className={`${css.row} ${className}`} {...properties}>
      {content}
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
