import { Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type FeatureCode } from '~/api';
import { conditionOf, EditForm, updatingChange } from '~/features/routing';
import { refreshCodes } from './codes';
import { useFeatureTexts } from './texts';

interface FeatureCodeFormProps {
  feature: FeatureCode;
  tenant?: string;
  onClose: () => void;
}

/** Changes the code of a feature, or switches it off. */
export function FeatureCodeForm({ feature, tenant, onClose }: FeatureCodeFormProps) {
  const { t } = useLingui();
  const { effect } = useFeatureTexts();
  const form = useForm({
    initialValues: { on: feature.code !== '', code: feature.code || feature.default },
    validate: {
      code: (value, { on }) =>
        !on || /^[*#]{1,2}[0-9]{1,5}$/.test(value) ? null : t`Enter * or # and one to five digits.`,
    },
  });
  const store = async ({ code = feature.code }: { code?: string }, headers: ReturnType<typeof conditionOf>) => {
    const which = { path: { feature: feature.name }, query: { tenant }, headers };
    const answer = await api.updateFeatureCode({ ...which, body: { code } });
    await refreshCodes();
    return answer;
  };
  return (
    <EditForm
      form={form}
      tenant={tenant}
      affected={['feature-codes']}
      onClose={onClose}
      change={({ on, code }) => {
        const message = on ? t`The code is now ${code}.` : t`The code is switched off.`;
        const after = { code: on ? code : '' };
        return updatingChange({ version: feature.version, before: { code: feature.code }, after, message }, store);
      }}
    >
      <Text>{effect(feature)}</Text>
      <Switch size="md" label={t`Can be dialled`} {...form.getInputProps('on', { type: 'checkbox' })} />
      <TextInput
        size="md"
        label={t`Code`}
        description={<Trans>* or #, or two of them, and one to five digits. Default: {feature.default}</Trans>}
        inputMode="tel"
        autoComplete="off"
        disabled={!form.values.on}
        {...form.getInputProps('code')}
      />
    </EditForm>
  );
}
