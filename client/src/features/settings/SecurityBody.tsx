import { Button, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '~/api';
import { session } from '~/api/session';
import { confirmAction } from '~/design/Confirm';
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
  const { factors, fault, busy } = useValue(model.state);
  useEffect(() => {
    void model.load();
  }, [model]);
  return (
    <>
      {linked && (
        <InfoNotice>
          <Trans>From now on you can sign in here with your organisation’s sign-in.</Trans>
        </InfoNotice>
      )}
      <ErrorNotice fault={fault} />
      <Section
        title={t`Second factor`}
        lead={t`Besides your password, something you have: then a stolen password alone opens nothing.`}
      >
        <Factors model={model} />
      </Section>
      {factors !== undefined && factors.length > 0 && (
        <Section
          title={t`Recovery codes`}
          lead={t`Ten codes for the day your second factor is lost. Making new ones voids the earlier ones.`}
        >
          <Button size="md" variant="light" disabled={busy} onClick={() => void model.renewRecoveryCodes()}>
            <Trans>Make new recovery codes</Trans>
          </Button>
        </Section>
      )}
      <Section title={t`Password`} lead={t`Changing it signs you out everywhere else.`}>
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
  const { busy, changed } = useValue(model.state);
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
        {/* Told to password managers alone. */}
        <input type="email" name="email" autoComplete="username" value={person?.email ?? ''} readOnly hidden />
        <PasswordField
          label={t`Your password until now`}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPassword value={chosen} onChange={setChosen} known={[person?.name ?? '', person?.email ?? '']} />
        {changed && (
          <Text role="status" size="sm">
            <IconCircleCheck size={18} aria-hidden style={{ verticalAlign: 'text-bottom' }} />{' '}
            <Trans>Your password is changed. Every other device was signed out.</Trans>
          </Text>
        )}
        <Button type="submit" size="md" loading={busy} disabled={!isUsable(chosen) || current === ''}>
          <Trans>Change the password</Trans>
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
      title: t`Undo the link?`,
      text: t`You sign in here with your password then, and no more the way you do there.`,
      confirmLabel: t`Undo it`,
      cancelLabel: t`Keep it`,
    });
    if (confirmed) await model.unlink();
  };
  if (!provider) return null;
  return (
    <Section
      title={t`Your organisation’s sign-in`}
      lead={t`Link it once, and sign in here the way you do at ${provider.name}.`}
    >
      {now.linked ? (
        <Button size="md" variant="default" disabled={now.busy} onClick={() => void unlink()}>
          <Trans>Undo the link</Trans>
        </Button>
      ) : (
        <Button size="md" variant="light" disabled={now.busy} onClick={() => void model.link()}>
          <Trans>Link it</Trans>
        </Button>
      )}
    </Section>
  );
}
