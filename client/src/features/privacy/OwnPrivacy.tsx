import { Anchor } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { CloseAccount } from '~/features/erasure';
import { OwnUsage } from '~/features/usage';
import { OwnAccesses } from './OwnAccesses';
import { OwnCopy } from './OwnCopy';
import { OwnConsents } from './OwnConsents';
import { OwnObjections } from './OwnObjections';
import type { Language } from './policy-state';
import { OwnRequests } from './OwnRequests';
import { StoredData } from './StoredData';

/** The privacy centre: stored data with purpose and period, the user's choices and rights. */
export default function OwnPrivacy() {
  const { t, i18n } = useLingui();
  const language = i18n.locale as Language;
  return (
    <Page title={t`Privacy`} back="/settings">
      <Section title={t`Your choices`} lead={t`Off until you turn them on. A withdrawal is in force at once.`}>
        <OwnConsents />
        <Anchor renderRoot={(props) => <Link to="/settings/voicemail" {...props} />} py="xs">
          <Trans>Transcripts of voicemail</Trans>
        </Anchor>
      </Section>
      <Section title={t`Objections`} lead={t`Ends the processing at once, everywhere.`}>
        <OwnObjections />
      </Section>
      <Section title={t`Your use of features`} lead={t`Only while you agree to usage statistics, above.`}>
        <OwnUsage />
      </Section>
      <Section title={t`Stored data`} lead={t`Each kind with its purposes, periods and recipients.`}>
        <StoredData language={language} />
      </Section>
      <Section title={t`Administrators who opened your data`} lead={t`Hour by hour, for three years.`}>
        <OwnAccesses />
      </Section>
      <Section title={t`Copy of your data`}>
        <OwnCopy />
      </Section>
      <Section title={t`Your rights`}>
        <Anchor href={`/privacy?lang=${language}`} target="_blank" rel="noopener" py="xs">
          <Trans>Privacy policy</Trans>
        </Anchor>
        <OwnRequests />
      </Section>
      <Section title={t`Close account`}>
        <CloseAccount />
      </Section>
    </Page>
  );
}
