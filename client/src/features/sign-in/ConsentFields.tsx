import { Anchor, Checkbox, Group, Radio, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { product } from '~/core/brand';
import type { Consent } from './consent';

interface ConsentFieldsProps {
  value: Consent;
  onChange: (value: Consent) => void;
  versions: { terms_version: string; policy_version: string } | undefined;
  /** The user has no account. */
  guest?: boolean;
}

/** Age confirmation and acceptance of the current terms and policy, which open in a tab of their own. */
export function ConsentFields({ value, onChange, versions, guest }: ConsentFieldsProps) {
  const { t } = useLingui();
  const terms = versions?.terms_version ?? '…';
  const policy = versions?.policy_version ?? '…';
  return (
    <Stack gap="sm">
      <Radio.Group
        label={t`Are you 18 or older?`}
        description={t`Your date of birth is not asked for.`}
        value={value.ofAge}
        onChange={(ofAge) => onChange({ ...value, ofAge: ofAge as Consent['ofAge'] })}
      >
        <Group mt="xs" gap="xl">
          <Radio value="yes" label={t`Yes`} size="md" />
          <Radio value="no" label={t`No`} size="md" />
        </Group>
      </Radio.Group>
      {value.ofAge === 'no' ? (
        <Text size="sm">
          {guest ? (
            <Trans>You must be 18 or older to use {product}. Your answer is not stored.</Trans>
          ) : (
            <Trans>You must be 18 or older to use {product}. Leave to sign out: your answer is not stored.</Trans>
          )}
        </Text>
      ) : (
        <Checkbox
          size="md"
          checked={value.agreed}
          onChange={(event) => onChange({ ...value, agreed: event.currentTarget.checked })}
          label={
            guest ? (
              <Trans>
                I have read and accept the <DocumentLink page="terms">terms of use</DocumentLink> (version {terms}) and
                the <DocumentLink page="privacy">privacy policy</DocumentLink> (version {policy}) of the organisation
                that invites me.
              </Trans>
            ) : (
              <Trans>
                I have read and accept the <DocumentLink page="terms">terms of use</DocumentLink> (version {terms}) and
                the <DocumentLink page="privacy">privacy policy</DocumentLink> (version {policy}) of my organisation.
              </Trans>
            )
          }
        />
      )}
    </Stack>
  );
}

function DocumentLink({ page, children }: { page: 'terms' | 'privacy'; children: ReactNode }) {
  const { i18n } = useLingui();
  return (
    <Anchor inherit underline="always" href={`/${page}?lang=${i18n.locale}`} target="_blank" rel="noopener">
      {children}
    </Anchor>
  );
}
