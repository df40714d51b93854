import { Button, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '~/api';
import { session } from '~/api/session';
import { confirmAction } from '~/design/Confirm';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { PasswordField } from '~/design/PasswordField';
import { Section } from '~/design/Section';
import { takeDeepLinkCode } from '~/core/deep-link';
import { useValue } from '~/core/store';
import { NewPassword, EMPTY_PASSWORD, isUsable } from '~/features/sign-in';
import { Factors } from './Factors';
import { StepUpDialog } from './StepUpDialog';
import { RecoveryCodes } from './RecoveryCodes';
import { SecurityModel } from './security';

/** Password, second factors, recovery codes and single sign-on; shared by client and portal. */
export function SecurityBody() {
  const { t } = useLingui();
  const [model] = useState(() => new SecurityModel());
  const [linked] = useState(() => takeDeepLinkCode('single-sign-on') === 'linked');
  const { factors, fault, busy, totp } = useValue(model.state);
  useEffect(() => {
    void model.load();
  }, [model]);
  return (
    <>
      {linked && (
        <InfoNotice>
          <Trans>Single sign-on is linked. You can now sign in with your organisation.</Trans>
        </InfoNotice>
      )}
      {!factors && <ErrorBar fault={fault} retry={() => model.load()} />}
      {factors && !totp && <ErrorNotice fault={fault} />}
      <Section
        title={t`Second factor`}
        lead={t`Adds a second step to your password, so that a stolen password is not enough to sign in.`}
      >
        <Factors model={model} />
      </Section>
      {factors !== undefined && factors.length > 0 && (
        <Section
          title={t`Recovery codes`}
          lead={t`Ten codes in case you lose your second factor. New codes replace the existing ones.`}
        >
          <Button size="md" variant="light" disabled={busy} onClick={() => void model.renewRecoveryCodes()}>
            <Trans>Create new recovery codes</Trans>
          </Button>
        </Section>
      )}
      <Section title={t`Password`} lead={t`Changing your password signs you out on all other devices.`}>
        <ChangePassword model={model} />
      </Section>
      <SingleSignOnLink model={model} />
      <StepUpDialog proof={model.stepUp} />
      <RecoveryCodes model={model} />
    </>
  );
}

function ChangePassword({ model }: { model: SecurityModel }) {
  const { t } = useLingui();
  const { busy, changed, passwordFault } = useValue(model.state);
  const person = useValue(session, (each) => (each.state === 'in' ? each.me.person : null));
  const [current, setCurrent] = useState('');
  const [chosen, setChosen] = useState(EMPTY_PASSWORD);
  const submit = async () => {
    await model.changePassword(current, chosen.password);
    if (!model.state.state.changed) return;
    setCurrent('');
    setChosen(EMPTY_PASSWORD);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack gap="sm">
        <ErrorNotice fault={passwordFault} />
        {/* For password managers only. */}
        <input type="email" name="email" autoComplete="username" value={person?.email ?? ''} readOnly hidden />
        <PasswordField
          label={t`Current password`}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPassword value={chosen} onChange={setChosen} known={[person?.name ?? '', person?.email ?? '']} />
        {changed && (
          <Text role="status" size="sm">
            <IconCircleCheck size={18} aria-hidden style={{ verticalAlign: 'text-bottom' }} />{' '}
            <Trans>Password changed. All other devices have been signed out.</Trans>
          </Text>
        )}
        <Button type="submit" size="md" loading={busy} disabled={!isUsable(chosen) || current === ''}>
          <Trans>Change password</Trans>
        </Button>
      </Stack>
    </form>
  );
}

/** Only if the tenant has a provider. */
function SingleSignOnLink({ model }: { model: SecurityModel }) {
  const { t } = useLingui();
  const tenant = useValue(session, (each) => (each.state === 'in' ? (each.me.tenant?.slug ?? '') : ''));
  const { data } = useQuery({
    queryKey: ['sign-in-options', tenant],
    queryFn: async () => (await api.signInOptions({ query: { tenant } })).data,
    enabled: tenant !== '',
  });
  const now = useValue(model.state);
  const provider = data?.single_sign_on.find((each) => each.slug === tenant);
  const shouldLoad = provider !== undefined && !now.busy && now.linked === undefined && !now.fault;
  useEffect(() => {
    if (shouldLoad) void model.loadLink();
  }, [shouldLoad, model]);
  const unlink = async () => {
    const confirmed = await confirmAction({
      title: t`Unlink account?`,
      text: t`You can then sign in with your password only, no longer with single sign-on.`,
      confirmLabel: t`Unlink`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await model.unlink();
  };
  if (!provider) return null;
  return (
    <Section title={t`Single sign-on`} lead={t`Link your account to sign in with ${provider.name}.`}>
      {now.linked ? (
        <Button size="md" variant="default" disabled={now.busy} onClick={() => void unlink()}>
          <Trans>Unlink account</Trans>
        </Button>
      ) : (
        <Button size="md" variant="light" disabled={now.busy} onClick={() => void model.link()}>
          <Trans>Link account</Trans>
        </Button>
      )}
    </Section>
  );
}
