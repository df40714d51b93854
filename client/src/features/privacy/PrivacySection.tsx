import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { useMay } from '~/api/session';
import { ChoiceFaults } from '~/design/ChoiceFaults';
import { Page } from '~/design/Page';
import { privacyPages } from './pages';
import css from './privacy.module.css';

/** A page of the section Privacy, below the links to all that the user may open. */
export function PrivacySection({ children }: { children: ReactNode }) {
  const { t } = useLingui();
  const pages = privacyPages(useMay());
  const links = useRef<HTMLUListElement>(null);
  useEffect(() => {
    links.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, []);
  return (
    <Page title={t`Privacy`} size="xl">
      <nav aria-label={t`Privacy`}>
        <ul ref={links} className={css.pages} data-scrolls>
          {pages.map(({ to, title }) => (
            <li key={to}>
              <Link to={to} className={css.link}>
                {t(title)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <ChoiceFaults />
      {children}
    </Page>
  );
}
