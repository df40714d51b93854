import { Select, Text } from '@mantine/core';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type EmailItem, type PreviewEmailTemplateData } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';
import { Segments } from '~/design/Segments';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { NOTICE_TEXTS } from '~/features/settings';

type Kind = EmailItem['kind'];
type Language = NonNullable<NonNullable<PreviewEmailTemplateData['query']>['language']>;

/** Notices without an e-mail. */
const PUSH_ONLY = ['message', 'call', 'stop', 'signed_out', 'test'];

/** Titles of kinds whose switch is that of another one. */
const PARTS: Partial<Record<Kind, MessageDescriptor>> = {
  voicemail_sound: msg`New voicemail, with its sound`,
  meeting_changed: msg`Meeting changed`,
  meeting_cancelled: msg`Meeting cancelled`,
};

/** The text of each kind of e-mail as it is sent, with example data. */
export function Templates({ tenant }: { tenant?: string }) {
  const { t, i18n } = useLingui();
  const [kind, setKind] = useState<Kind>('invitation');
  const [language, setLanguage] = useState<Language>(i18n.locale === 'de' ? 'de' : 'en');
  const { data, error, refetch } = useQuery({
    queryKey: ['email-template', tenant, kind, language],
    queryFn: async () =>
      (await api.previewEmailTemplate({ path: { template: kind }, query: { tenant, language } })).data,
  });
  const titleOf = (value: Kind) => t(PARTS[value] ?? NOTICE_TEXTS[value]);
  const kinds = (Object.keys(NOTICE_TEXTS) as Kind[])
    .filter((value) => !PUSH_ONLY.includes(value))
    .map((value) => ({ value, label: titleOf(value) }))
    .toSorted((one, other) => one.label.localeCompare(other.label));
  return (
    <Section
      title={t`Texts of e-mails`}
      lead={<Trans>Each person gets them in their own language. The names and values here are examples.</Trans>}
    >
      <Select
        size="md"
        label={t`Notice`}
        searchable
        allowDeselect={false}
        data={kinds}
        value={kind}
        onChange={(value) => value && setKind(value as Kind)}
      />
      <Segments<Language>
        label={t`Language`}
        value={language}
        onChange={setLanguage}
        data={[
          { value: 'en', label: 'English' },
          { value: 'de', label: 'Deutsch' },
        ]}
      />
      {data ? (
        <article lang={language} aria-label={t`Preview`}>
          {/* The field above shows only a part of a long one. */}
          <Text size="sm" c="dimmed">
            {titleOf(kind)}
          </Text>
          <Text fw={600}>{data.subject}</Text>
          <Text size="sm" mt="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {data.text}
          </Text>
        </article>
      ) : error ? (
        <ErrorBar fault={error} retry={refetch} />
      ) : (
        <SkeletonBlock height={160} />
      )}
    </Section>
  );
}
