import { Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import css from './fold.module.css';

interface FoldProps {
  /** A picture at the left. */
  mark: ReactNode;
  title: string;
  /** Below it; what is empty is left out. */
  told: (string | false | undefined)[];
  /** It is new. */
  strong?: boolean;
  /** At the right, before the sign that it unfolds. */
  badge?: ReactNode;
  open: boolean;
  toggle: () => void;
  children: ReactNode;
}

/** A line of `Rows` that unfolds to what can be done with it. */
export function Fold({ mark, title, told, strong, badge, open, toggle, children }: FoldProps) {
  const id = useId();
  return (
    <li className={css.line}>
      <UnstyledButton className={css.head} aria-expanded={open} aria-controls={id} onClick={toggle}>
        {mark}
        <div className={css.who}>
          <Text fw={strong ? 650 : 500} lineClamp={2}>
            {title}
          </Text>
          <Text size="sm" c="dimmed" truncate>
            {told.filter(Boolean).join(' · ')}
          </Text>
        </div>
        {badge}
        <IconChevronDown className={css.fold} size={20} aria-hidden />
      </UnstyledButton>
      <div id={id} className={css.body} hidden={!open}>
        {open && children}
      </div>
    </li>
  );
}
