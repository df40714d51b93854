import { Text, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, type ReactNode } from 'react';
import { brand, pageTitle } from '~/core/brand';
import { activateLanguage, type Language } from '~/core/language';
import { setPreferences } from '~/core/preferences';
import css from './auth-layout.module.css';

interface AuthLayoutProps {
  title: string;
  lead?: ReactNode;
  /** Links below the content. */
  footer?: ReactNode;
  children: ReactNode;
}

/** Layout of the signed-out screens: product name on top, content within thumb reach below. */
export function AuthLayout({ title, lead, footer, children }: AuthLayoutProps) {
  useEffect(() => {
    document.title = pageTitle(title);
  }, [title]);
  return (
    <div className={css.layout}>
      <header className={css.brand}>
        <div className={css.logo}>
          <img src={brand.logo} alt="" />
          {brand.product}
        </div>
        <Text className={css.tagline}>
          <Trans>Private calls, by design.</Trans>
        </Text>
      </header>
      <div className={css.sheet}>
        <main id="main">
          <Title order={1} fz="1.5rem" mb={lead ? 4 : 'md'}>
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" mb="md">
              {lead}
            </Text>
          )}
          {children}
        </main>
        <footer className={css.footer}>
          {footer}
          <LanguageSwitch />
        </footer>
      </div>
    </div>
  );
}

function LanguageSwitch() {
  const { i18n } = useLingui();
  const other: Language = i18n.locale === 'de' ? 'en' : 'de';
  const change = () => {
    setPreferences({ language: other });
    void activateLanguage(other);
  };
  return (
    <UnstyledButton onClick={change} lang={other} c="var(--mantine-color-anchor)" fz="sm">
      {other === 'de' ? 'Deutsch' : 'English'}
    </UnstyledButton>
  );
}
