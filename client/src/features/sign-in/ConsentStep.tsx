import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { signOut } from '~/api/session';
import { product } from '~/core/brand';
import { AuthLayout } from '~/design/AuthLayout';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { answerPolicy, ChangeList, DeletionRequest, policyState } from '~/features/privacy';

/** Consent to a significant version of the privacy policy. A refusal leads to the other ways, never to a dead end. */
export function ConsentStep({ onCall }: { onCall?: () => void }) {
  const { t, i18n } = useLingui();
  const policy = useQuery(policyState);
  const answer = useMutation({
    mutationFn: (given: 'agreed' | 'refused') => answerPolicy(policy.data?.version ?? '', given, i18n.locale),
  });
  const refused = answer.isSuccess && answer.variables === 'refused';
  return (
    <AuthLayout
      title={t`The privacy policy has changed`}
      lead={refused ? t`You have not agreed. You can still decide otherwise.` : t`This change needs your consent.`}
    >
      <Stack>
        <ErrorBar fault={policy.error} retry={policy.refetch} />
        <ErrorNotice fault={answer.error} />
        {policy.isPending && <SkeletonBlock height={80} />}
        {policy.data && <ChangeList changes={policy.data.changes} />}
        <Button
          size="md"
          disabled={!policy.data}
          loading={answer.isPending && answer.variables === 'agreed'}
          onClick={() => answer.mutate('agreed')}
        >
          <Trans>I agree</Trans>
        </Button>
        {refused ? (
          <>
            <Text size="sm">
              <Trans>
                Without your consent you cannot use {product} here. Telephones that are set up keep working, and your
                data stays as it is.
              </Trans>
            </Text>
            <DeletionRequest />
          </>
        ) : (
          <Button
            size="md"
            variant="default"
            disabled={!policy.data}
            loading={answer.isPending && answer.variables === 'refused'}
            onClick={() => answer.mutate('refused')}
          >
            <Trans>I do not agree</Trans>
          </Button>
        )}
        {onCall && (
          <Button size="md" variant="default" onClick={onCall}>
            <Trans>Make a call</Trans>
          </Button>
        )}
        <Button size="md" variant="default" onClick={() => void signOut()}>
          <Trans>Sign out</Trans>
        </Button>
      </Stack>
    </AuthLayout>
  );
}
