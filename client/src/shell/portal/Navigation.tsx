import { Tooltip, UnstyledButton } from '@mantine/core';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useId, useRef } from 'react';
import { preferences, setPreferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { useGroups, type PortalSection, type SectionGroup } from './sections';
import css from './navigation.module.css';

/** The sections in groups. On a wide screen it can be collapsed to its icons. */
export function Navigation({ onChosen }: { onChosen: () => void }) {
  const { t } = useLingui();
  const groups = useGroups();
  const collapsed = useValue(preferences, (each) => each.navigationCollapsed);
  const Toggle = collapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const label = collapsed ? t`Expand menu` : t`Collapse menu`;
  const navigation = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => {
    navigation.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [path]);
  return (
    <nav ref={navigation} className={css.navigation} data-collapsed={collapsed || undefined} aria-label={t`Sections`}>
      {groups.map((group) => (
        <Group key={group.sections[0]!.to} group={group} collapsed={collapsed} onChosen={onChosen} />
      ))}
      <Tooltip label={label} position="right" disabled={!collapsed}>
        <UnstyledButton
          className={css.toggle}
          aria-expanded={!collapsed}
          aria-label={label}
          onClick={() => setPreferences({ navigationCollapsed: !collapsed })}
        >
          <Toggle size={20} aria-hidden />
          <span className={css.text}>{label}</span>
        </UnstyledButton>
      </Tooltip>
    </nav>
  );
}

interface GroupProps {
  group: SectionGroup;
  collapsed: boolean;
  onChosen: () => void;
}

function Group({ group: { title, sections }, collapsed, onChosen }: GroupProps) {
  const { t } = useLingui();
  const id = useId();
  return (
    <div className={css.group}>
      {title && (
        <h2 className={css.heading} id={id}>
          {t(title)}
        </h2>
      )}
      <ul className={css.sections} aria-labelledby={title && id}>
        {sections.map((section) => (
          <li key={section.to}>
            <SectionLink section={section} collapsed={collapsed} onChosen={onChosen} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface SectionLinkProps {
  section: PortalSection;
  collapsed: boolean;
  onChosen: () => void;
}

function SectionLink({ section: { to, title, icon: Shape }, collapsed, onChosen }: SectionLinkProps) {
  const { t } = useLingui();
  return (
    <Tooltip label={t(title)} position="right" disabled={!collapsed}>
      <Link to={to} className={css.section} activeOptions={{ exact: to === '/' }} onClick={onChosen}>
        <Shape size={20} aria-hidden />
        <span className={css.text}>{t(title)}</span>
      </Link>
    </Tooltip>
  );
}
