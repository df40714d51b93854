import { Text } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Campaign } from '~/api';
import { Segments } from '~/design/Segments';
import { LANGUAGES, type CampaignLanguage } from './model';

/** The texts of a campaign by language. */
export function CampaignTexts({ texts }: { texts: Campaign['texts'] }) {
  const { t, i18n } = useLingui();
  const [wanted, setWanted] = useState<CampaignLanguage>(i18n.locale === 'de' ? 'de' : 'en');
  const language = texts[wanted] ? wanted : (LANGUAGES.find((each) => texts[each]) ?? wanted);
  const shown = texts[language];
  if (!shown) return null;
  return (
    <>
      {texts.en && texts.de && (
        <Segments<CampaignLanguage>
          label={t`Language`}
          value={language}
          onChange={setWanted}
          data={[
            { value: 'en', label: 'English' },
            { value: 'de', label: 'Deutsch' },
          ]}
        />
      )}
      <article lang={language} aria-label={t`Preview`}>
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {shown.subject}
        </Text>
        <Text size="sm" mt="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {shown.text}
        </Text>
      </article>
    </>
  );
}
