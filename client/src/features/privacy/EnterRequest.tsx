import { Select, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import { api, type NewPrivacyRequest } from '~/api';
import { PersonPicker } from '~/design/PersonPicker';
import { EditForm } from '~/features/routing';
import { REQUEST_KINDS } from './request-texts';
import { useAccounts } from './usePersonNames';

type Kind = NewPrivacyRequest['kind'];

const EMPTY = { kind: 'access' as Kind, text: '', name: '', email: '', number: '', basis: '', person_id: '', time: '' };

/** Form for a request that came by letter or telephone, an authority's request or a breach. */
export function EnterRequest({ tenant, onClose }: { tenant?: string; onClose: () => void }) {
  const { t } = useLingui();
  const people = useAccounts(tenant).items;
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      text: (value, { kind }) => (value.trim() || kind !== 'breach' ? null : t`Describe what happened.`),
      name: (value, { kind }) => (value.trim() || kind !== 'authority' ? null : t`Enter a name.`),
      number: (value) => (/^(\+[1-9][0-9 ]{4,18})?$/.test(value.trim()) ? null : t`Write it as +49301234567.`),
      person_id: (value, { kind }) => (value || kind !== 'minor' ? null : t`Choose a person.`),
    },
  });
  const { kind } = form.values;
  const [breach, authority] = [kind === 'breach', kind === 'authority'];
  return (
    <EditForm
      form={form}
      affected={['privacy-requests']}
      tenant={tenant}
      onClose={onClose}
      change={(values) => ({
        message: t`The request is entered.`,
        apply: () => api.enterPrivacyRequest({ body: newRequest(values), query: { tenant } }),
      })}
    >
      <Select
        size="md"
        label={t`Kind`}
        allowDeselect={false}
        data={Object.entries(REQUEST_KINDS)
          .filter(([value]) => value !== 'review' && value !== 'sign_up')
          .map(([value, text]) => ({ value, label: t(text) }))}
        {...form.getInputProps('kind')}
      />
      <Textarea
        size="md"
        label={breach ? t`Description of the breach` : t`Request or reason`}
        autosize
        minRows={3}
        maxLength={10000}
        dir="auto"
        required={breach}
        {...form.getInputProps('text')}
      />
      {!breach && !authority && (
        <PersonPicker
          size="md"
          label={t`Person with an account`}
          clearable
          required={kind === 'minor'}
          people={people.map(({ id, name, email }) => ({ id, name, detail: email }))}
          {...form.getInputProps('person_id')}
          onChange={(id) => form.setFieldValue('person_id', id ?? '')}
        />
      )}
      {!breach && !form.values.person_id && (
        <>
          <TextInput
            size="md"
            label={authority ? t`Authority` : t`Name`}
            maxLength={200}
            autoComplete="off"
            dir="auto"
            required={authority}
            {...form.getInputProps('name')}
          />
          <TextInput
            size="md"
            label={t`E-mail`}
            type="email"
            maxLength={320}
            autoComplete="off"
            {...form.getInputProps('email')}
          />
          {!authority && (
            <TextInput
              size="md"
              label={t`Telephone number outside`}
              description={t`With country code, such as +49301234567.`}
              type="tel"
              autoComplete="off"
              {...form.getInputProps('number')}
            />
          )}
        </>
      )}
      {authority && (
        <TextInput
          size="md"
          label={t`Legal basis`}
          maxLength={2000}
          autoComplete="off"
          dir="auto"
          {...form.getInputProps('basis')}
        />
      )}
      {(breach || authority) && (
        <TextInput
          size="md"
          type="datetime-local"
          label={breach ? t`Found at` : t`Time limit of the authority`}
          description={breach ? t`The 72 hours begin then.` : undefined}
          {...form.getInputProps('time')}
        />
      )}
    </EditForm>
  );
}

function newRequest({ time, person_id, number, ...values }: typeof EMPTY): NewPrivacyRequest {
  const at = time ? new Date(time).toISOString() : null;
  const given = person_id ? { person_id } : { number: number.replaceAll(' ', '') };
  return { ...values, ...given, [values.kind === 'breach' ? 'found' : 'due']: at };
}
