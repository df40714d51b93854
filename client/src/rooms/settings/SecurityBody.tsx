import { Button, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '~/api';
import { session } from '~/api/session';
import { ask } from '~/design/Ask';
import { Fault, Hint } from '~/design/Notice';
import { Password } from '~/design/Password';
import { Section } from '~/design/Section';
import { takeArrival } from '~/kernel/arrival';
import { useValue } from '~/kernel/store';
import { NewPassword, NONE, usable } from '~/rooms/sign-in';
import { Factors } from './Factors';
import { Prove } from './Prove';
import { RecoveryCodes } from './RecoveryCodes';
import { SecurityModel } from './security';

/** Password, second factors, recovery codes, and the sign-in of one's organisation: the same in the client and the portal. */
export function SecurityBody() {
  const { t } = useLingui();
  const [model] = useState(() => new SecurityModel());
  const [linked] = useState(() => takeArrival('single-sign-on') === 'linked');
  const { factors, fault, busy } = useValue(model.state);
  useEffect(() => {
    void model.load();
  }, [model]);
  return (
    <>
      {linked && (
        <Hint>
          <Trans>From now on you can sign in here with your organisation’s sign-in.</Trans>
        </Hint>
      )}
      <Fault fault={fault} />
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
          <Button size="md" variant="light" disabled={busy} onClick={() => void model.renewCodes()}>
            <Trans>Make new recovery codes</Trans>
          </Button>
        </Section>
      )}
      <Section title={t`Password`} lead={t`Changing it signs you out everywhere else.`}>
        <ChangePassword model={model} />
      </Section>
      <Elsewhere model={model} />
      <Prove proof={model.proof} />
      <RecoveryCodes model={model} />
    </>
  );
}

function ChangePassword({ model }: { model: SecurityModel }) {
  const { t } = useLingui();
  const { busy, changed } = useValue(model.state);
  const person = useValue(session, (each) => (each.state === 'in' ? each.me.person : null));
  const [current, setCurrent] = useState('');
  const [chosen, setChosen] = useState(NONE);
  const submit = async () => {
    await model.changePassword(current, chosen.password);
    if (!model.state.state.changed) return;
    setCurrent('');
    setChosen(NONE);
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
        <Password
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
        <Button type="submit" size="md" loading={busy} disabled={!usable(chosen) || current === ''}>
          <Trans>Change the password</Trans>
        </Button>
      </Stack>
    </form>
  );
}

/** Only where the organisation has a provider. */
function Elsewhere({ model }: { model: SecurityModel }) {
  const { t } = useLingui();
  const tenant = useValue(session, (each) => (each.state === 'in' ? (each.me.tenant?.slug ?? '') : ''));
  const { data } = useQuery({
    queryKey: ['sign-in-options', tenant],
    queryFn: async () => (await api.signInOptions({ query: { tenant } })).data,
    enabled: tenant !== '',
  });
  const now = useValue(model.state);
  const found = data?.single_sign_on.find((each) => each.slug === tenant);
  const here = found !== undefined && !now.busy && now.linked === undefined && !now.fault;
  useEffect(() => {
    if (here) void model.findLink();
  }, [here, model]);
  const unlink = async () => {
    const sure = await ask({
      title: t`Undo the link?`,
      text: t`You sign in here with your password then, and no more the way you do there.`,
      yes: t`Undo it`,
      no: t`Keep it`,
    });
    if (sure) await model.unlink();
  };
  if (!found) return null;
  return (
    <Section
      title={t`Your organisation’s sign-in`}
      lead={t`Link it once, and sign in here the way you do at ${found.name}.`}
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
