import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import css from './page.module.css';

export interface PageTab {
  id: string;
  title: string;
  content: ReactNode;
}

/** The parts of a page, one at a time. The address names the part that is shown, except the first. */
export function PageTabs({ tabs, label }: { tabs: PageTab[]; label: string }) {
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const first = tabs[0]!.id;
  const shown = tabs.some(({ id }) => id === tab) ? tab! : first;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In braces: newer browsers return a promise, and an effect must not.
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [shown]);
  return (
    <Tabs
      value={shown}
      keepMounted={false}
      onChange={(next) =>
        void navigate({ to: '.', search: { tab: next === first ? undefined : next } as never, replace: true })
      }
    >
      <Tabs.List ref={list} mb="md" aria-label={label} className={css.tabs} data-scrolls>
        {tabs.map(({ id, title }) => (
          <Tabs.Tab key={id} value={id} mih={44}>
            {title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ id, content }) => (
        <Tabs.Panel key={id} value={id}>
          {content}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
