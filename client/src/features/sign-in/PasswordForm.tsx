import { Button, Stack } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { PasswordField } from '~/design/PasswordField';
import { useValue } from '~/core/store';
import { EmailField } from './EmailField';
import type { SignInModel } from './model';

/** E-mail and password, with the attributes that password managers expect. */
export function PasswordForm({ model, tenant }: { model: SignInModel; tenant?: string }) {
  const { t } = useLingui();
  const busy = useValue(model.flow.state, (each) => each.busy);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void model.byPassword(email, password, tenant);
      }}
    >
      <Stack gap="sm">
        <EmailField name="email" value={email} onChange={setEmail} />
        <PasswordField
          name="password"
          label={t`Password`}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" size="md" mt="xs" loading={busy}>
          <Trans>Sign in</Trans>
        </Button>
      </Stack>
    </form>
  );
}
