import { Checkbox, Fieldset, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import { api, type CreatedApiKey, type Role } from '~/api';
import { useMay } from '~/api/session';
import { Problem } from '~/core/problem';
import { useFieldChecks } from '~/design/useFieldChecks';
import { EditForm } from '~/features/routing';
import { StepUp, StepUpDialog } from '~/features/settings';
import { NewSecret } from './NewSecret';
import { scopesOf, scopeText, singleScopesOf, type Scope } from './texts';

const DAYS = [30, 90, 366];
const EMPTY: NewKey = { name: '', scopes: [], days: '90' };

export interface NewKey {
  name: string;
  scopes: Scope[];
  days: string;
}

interface ApiKeyFormProps {
  role: Role;
  tenant?: string;
  /** Initial values of the form. */
  preset?: NewKey;
  onClose: () => void;
}

/** Creates an API key that acts as the signed-in user, then shows it. */
export function ApiKeyForm({ role, tenant, preset = EMPTY, onClose }: ApiKeyFormProps) {
  const { t } = useLingui();
  const [stepUp] = useState(() => new StepUp());
  const single = singleScopesOf(useMay());
  const created = useRef<CreatedApiKey>(undefined);
  const [shown, setShown] = useState<CreatedApiKey>();
  const form = useForm({
    initialValues: preset,
    validate: {
      name: useFieldChecks().name,
      scopes: (value) => (value.length ? null : t`Choose at least one.`),
    },
  });
  if (shown)
    return (
      <NewSecret
        title={t`Key of ${shown.name}`}
        text={t`The program sends it with every request, in the header Authorization: Bearer. Store it like a password.`}
        secret={shown.token}
        onClose={onClose}
      />
    );
  return (
    <>
      <EditForm
        form={form}
        affected={['api-keys']}
        tenant={tenant}
        onClose={() => setShown(created.current)}
        change={({ name, scopes, days }) => ({
          message: t`The API key ${name} is created.`,
          apply: async () => {
            const body = { name, scopes, days: Number(days) };
            const answer = await stepUp.run(() => api.createApiKey({ body }));
            if (!answer) throw new Problem('prove_yourself', 403, '');
            created.current = answer.data;
          },
        })}
      >
        <TextInput
          size="md"
          label={t`Name`}
          description={t`The program that uses the key.`}
          required
          maxLength={60}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Checkbox.Group
          size="md"
          label={t`Permissions`}
          description={t`The key acts as you, with at most your rights. Give it only what the program needs.`}
          required
          {...form.getInputProps('scopes')}
        >
          <Stack gap="sm" mt="sm">
            {scopesOf(role).map((scope) => (
              <ScopeBox key={scope} scope={scope} />
            ))}
            {single.length > 0 && (
              <Fieldset legend={t`Single permissions`}>
                <Stack gap="sm">
                  {single.map((scope) => (
                    <ScopeBox key={scope} scope={scope} />
                  ))}
                </Stack>
              </Fieldset>
            )}
          </Stack>
        </Checkbox.Group>
        <Select
          size="md"
          label={t`Valid for`}
          allowDeselect={false}
          data={DAYS.map((days) => ({ value: String(days), label: t`${days} days` }))}
          {...form.getInputProps('days')}
        />
      </EditForm>
      <StepUpDialog proof={stepUp} />
    </>
  );
}

function ScopeBox({ scope }: { scope: Scope }) {
  const { t } = useLingui();
  const { title, explanation } = scopeText(scope);
  return <Checkbox size="md" value={scope} label={t(title)} description={t(explanation)} />;
}
