import { NumberInput, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import { useFieldChecks } from '~/design/useFieldChecks';
import { api, type Menu, type NewMenu } from '~/api';
import {
  type Condition,
  conditionOf,
  DestinationPicker,
  EditForm,
  freeNumber,
  isComplete,
  NumberedFields,
  savingChange,
  useTargets,
} from '~/features/routing';
import { KeyGrid } from './KeyGrid';
import { menuBody, menuValues, type MenuValues } from './model';
import { Prompt } from './Prompt';

const FIRST_NUMBER = 7000;

interface MenuFormProps {
  menu?: Menu;
  tenant?: string;
  onClose: () => void;
}

/** Creates or changes a menu. */
export function MenuForm({ menu, tenant, onClose }: MenuFormProps) {
  const { t } = useLingui();
  const targets = useTargets(tenant);
  const checks = useFieldChecks();
  const form = useForm<MenuValues>({
    initialValues: menuValues(menu, freeNumber(FIRST_NUMBER, targets)),
    validate: {
      number: checks.number,
      name: checks.name,
      say: (value, { prompt }) => (prompt === 'sound' || value.trim() ? null : t`Enter the text to speak.`),
      sound: (value, { prompt }) => (prompt === 'say' || value ? null : t`Choose a sound.`),
      keys: (keys) => (Object.values(keys).every(isComplete) ? null : t`Choose a destination for each key.`),
      timeout: (value) => (value >= 1 && value <= 30 ? null : t`Enter 1 to 30 seconds.`),
      attempts: (value) => (value >= 1 && value <= 5 ? null : t`Enter 1 to 5.`),
      otherwise: (value) => (isComplete(value) ? null : t`Choose a destination.`),
    },
  });
  const query = { tenant };
  const own = menu && `menu:${menu.number}`;
  const name = form.values.name.trim();
  const remove = (id: string, headers: Condition | undefined) => api.deleteMenu({ path: { menu: id }, query, headers });
  return (
    <EditForm
      form={form}
      tenant={tenant}
      affected={['menus']}
      onClose={onClose}
      change={(values) =>
        savingChange<NewMenu>(
          {
            id: menu?.id,
            version: menu?.version,
            before: menuBody(form.getInitialValues()),
            after: menuBody(values),
            message: t`The menu ${name} is saved.`,
          },
          {
            create: (body) => api.createMenu({ query, body }),
            update: (id, body, headers) => api.updateMenu({ path: { menu: id }, query, body, headers }),
            remove,
          },
        )
      }
      removal={
        menu && {
          title: t`Delete menu ${menu.name}?`,
          text: t`Calls to ${menu.number} are rejected from then on.`,
          change: {
            apply: () => remove(menu.id, conditionOf(menu.version)),
            message: t`The menu ${menu.name} is deleted.`,
          },
        }
      }
    >
      <NumberedFields form={form} exists={Boolean(menu)} />
      <Prompt form={form} tenant={tenant} />
      <KeyGrid tenant={tenant} own={own} {...form.getInputProps('keys')} value={form.values.keys} />
      <Switch
        size="md"
        label={t`Callers may dial an extension`}
        {...form.getInputProps('direct_dial', { type: 'checkbox' })}
      />
      <NumberInput
        size="md"
        label={t`Wait for a key (seconds)`}
        min={1}
        max={30}
        required
        {...form.getInputProps('timeout')}
      />
      <NumberInput
        size="md"
        label={t`Attempts`}
        description={t`So often callers hear the prompt if they press no key or an invalid one.`}
        min={1}
        max={5}
        required
        {...form.getInputProps('attempts')}
      />
      <DestinationPicker
        label={t`After the last attempt`}
        tenant={tenant}
        own={own}
        {...form.getInputProps('otherwise')}
        value={form.values.otherwise}
      />
    </EditForm>
  );
}
