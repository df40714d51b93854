import { Text, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, type ReactNode } from 'react';
import { speak, type Language } from '~/kernel/language';
import { prefer } from '~/kernel/preferences';
import css from './stage.module.css';

interface StageProps {
  title: string;
  lead?: ReactNode;
  /** Below all else: where one can go from here. */
  foot?: ReactNode;
  children: ReactNode;
}

/** A screen for who is not signed in yet: the product's name above, what is to be done below, where a thumb reaches. */
export function Stage({ title, lead, foot, children }: StageProps) {
  useEffect(() => {
    document.title = `${title} · UnifiCX`;
  }, [title]);
  return (
    <div className={css.stage}>
      <header className={css.brand}>
        <div className={css.mark}>
          <img src="/app/icon.svg" alt="" />
          UnifiCX
        </div>
        <Text className={css.tagline}>
          <Trans>Calls that stay between you and them.</Trans>
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
        <footer className={css.foot}>
          {foot}
          <OtherLanguage />
        </footer>
      </div>
    </div>
  );
}

function OtherLanguage() {
  const { i18n } = useLingui();
  const other: Language = i18n.locale === 'de' ? 'en' : 'de';
  const change = () => {
    prefer({ language: other });
    void speak(other);
  };
  return (
    <UnstyledButton onClick={change} lang={other} c="var(--mantine-color-anchor)" fz="sm">
      {other === 'de' ? 'Deutsch' : 'English'}
    </UnstyledButton>
  );
}
