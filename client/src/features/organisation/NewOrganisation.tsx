import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { loadTenants, selectTenant } from '~/api/tenant-selection';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { useFormErrors } from '~/design/forms';
import { ErrorNotice } from '~/design/Notice';

/** Creates an organisation and selects it. For operators. */
export default function NewOrganisation({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useLingui();
  const form = useForm({
    initialValues: { name: '', slug: '', domain: '', language: i18n.locale as 'en' | 'de' },
    validate: {
      name: (value) => (value.trim() ? null : t`Enter a name.`),
      slug: (value) =>
        /^[a-z][a-z0-9-]{1,31}$/.test(value) ? null : t`Use 2 to 32 letters a–z, digits and hyphens, a letter first.`,
      domain: (value) => (value.trim() ? null : t`Enter a domain.`),
    },
  });
  const create = useMutation({
    mutationFn: async (body: typeof form.values) => {
      const { data } = await api.createTenant({ body });
      await loadTenants();
      return data;
    },
    onSuccess: ({ id, name }) => {
      selectTenant(id);
      toast({ message: t`${name} was created.` });
      onClose();
    },
  });
  const { element, fail, fault } = useFormErrors(form, create.error);
  const proposeSlug = () => {
    if (!form.values.slug) form.setFieldValue('slug', slugOf(form.values.name));
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      title={t`New organisation`}
      footer={
        <Button type="submit" form="new-organisation" loading={create.isPending}>
          <Trans>Create</Trans>
        </Button>
      }
    >
      <form
        ref={element}
        id="new-organisation"
        onSubmit={form.onSubmit((values) => create.mutate(values), fail)}
        noValidate
      >
        <Stack>
          <ErrorNotice fault={fault} />
          <TextInput
            label={t`Name`}
            required
            maxLength={100}
            data-autofocus
            {...form.getInputProps('name')}
            onBlur={proposeSlug}
          />
          <TextInput
            label={t`Short name`}
            description={t`Used in addresses and commands. It cannot be changed.`}
            required
            {...form.getInputProps('slug')}
          />
          <TextInput
            label={t`Domain`}
            description={t`Phones register at this domain, for example pbx.example.com.`}
            required
            {...form.getInputProps('domain')}
          />
          <Select
            label={t`Language`}
            description={t`Language of prompts and e-mails`}
            allowDeselect={false}
            data={[
              { value: 'en', label: 'English' },
              { value: 'de', label: 'Deutsch' },
            ]}
            {...form.getInputProps('language')}
          />
        </Stack>
      </form>
    </Drawer>
  );
}

function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-$/g, '')
    .slice(0, 30);
}
