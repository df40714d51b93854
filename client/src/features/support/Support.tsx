import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { ContactForm } from './ContactForm';
import { OwnInbox } from './OwnInbox';

/** Inquiries, complaints, problems and reports of abuse to the administrators, with their answers. */
export default function Support() {
  const { t } = useLingui();
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Page title={t`Contact support`} back="/settings">
      <Section
        title={t`New message`}
        lead={<Trans>The answer comes here and by e-mail. The recipient sees your name and your e-mail address.</Trans>}
      >
        <ContactForm onSent={setShown} />
      </Section>
      <Section title={t`Your messages`}>
        <OwnInbox shown={shown} onShow={setShown} />
      </Section>
    </Page>
  );
}
