import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconLogin2 } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { takeTestResult } from './test-results';

/** Signs in at the provider as a test, and shows the result when the browser has returned. */
export function ProviderTest({ tenant }: { tenant: string }) {
  const { t } = useLingui();
  const [result] = useState(takeTestResult);
  const test = useMutation({
    mutationFn: async () => (await api.testSingleSignOn({ path: { tenant } })).data,
    onSuccess: ({ url }) => location.assign(url),
  });
  const Icon = result?.works ? IconCircleCheck : IconAlertTriangle;
  return (
    <Section
      title={t`Test`}
      lead={
        <Trans>
          You sign in at the provider as a test, with the settings saved above, and return here. The test links no
          account. If the provider shows an error instead, compare the redirect address there with the one above.
        </Trans>
      }
    >
      {result && (
        <Alert
          role="alert"
          color={result.works ? 'teal' : 'red'}
          variant="light"
          icon={<Icon aria-hidden />}
          title={t(result.title)}
        >
          <Text size="sm">{t(result.advice)}</Text>
        </Alert>
      )}
      <ErrorNotice fault={test.error} />
      <div>
        <Button
          size="md"
          variant="default"
          leftSection={<IconLogin2 size={18} aria-hidden />}
          loading={test.isPending || test.isSuccess}
          onClick={() => test.mutate()}
        >
          <Trans>Test the sign-in</Trans>
        </Button>
      </div>
    </Section>
  );
}
