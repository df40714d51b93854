import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { InfoNotice } from '~/design/Notice';
import { ChangeList } from './ChangeList';
import { answerPolicy, policyState } from './policy-state';

/** The notice, once loaded: closing it, or opening another screen than that on which it was shown, accepts it. */
export default function PolicyChanges({ screen }: { screen: string }) {
  const { t, i18n } = useLingui();
  const { data } = useQuery(policyState);
  const [shownOn, setShownOn] = useState<string>();
  const version = data?.standing === 'notice' ? data.version : undefined;
  const language = i18n.locale;
  useEffect(() => {
    if (!version) return;
    if (shownOn === undefined) setShownOn(screen);
    else if (shownOn !== screen) answerPolicy(version, 'continued', language).catch(() => setShownOn(screen));
  }, [version, language, shownOn, screen]);
  if (!version || !data) return null;
  return (
    <InfoNotice title={t`The privacy policy has changed`}>
      <ChangeList changes={data.changes} />
      <Text size="sm" mb="xs">
        <Trans>OK or opening another page confirms that you have seen this.</Trans>
      </Text>
      <Button size="md" variant="default" onClick={() => void answerPolicy(version, 'continued', language)}>
        <Trans>OK</Trans>
      </Button>
    </InfoNotice>
  );
}
