import { ActionIcon, Button, Group, SegmentedControl, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { api, type Contact } from '~/api';
import { useFormErrors } from '~/design/forms';
import { Drawer, DrawerFooter } from '~/design/Drawer';
import { ErrorNotice } from '~/design/Notice';
import { ContactPicture } from './ContactPicture';
import { LABELS, useLabels, type NumberLabel } from './labels';
import { CONTACTS } from './useContacts';
import { useIsAdministrator } from './useIsAdministrator';
import css from './contacts.module.css';

interface ContactFormProps {
  opened: boolean;
  onClose: () => void;
  /** The contact that is edited; a new one otherwise. */
  contact?: Contact;
  book: Contact['book'];
  /** Number and name of a new contact. */
  number?: string;
  name?: string;
  /** The organisation whose contacts are managed; the user chooses the address book otherwise. */
  tenant?: string;
  onSaved?: (contact: Contact) => void;
}

/** Drawer to create or edit a contact. */
export function ContactForm({ opened, onClose, contact, ...rest }: ContactFormProps) {
  const { t } = useLingui();
  return (
    <Drawer opened={opened} onClose={onClose} title={contact ? t`Edit contact` : t`New contact`}>
      {opened && <Fields key={contact?.id} contact={contact} onClose={onClose} {...rest} />}
    </Drawer>
  );
}

interface Values {
  name: string;
  organisation: string;
  department: string;
  numbers: { number: string; label: NumberLabel }[];
  emails: { email: string }[];
  note: string;
  favourite: boolean;
}

function valuesOf(contact?: Contact, number = '', name = ''): Values {
  const numbers = contact?.numbers.map((each) => ({ ...each })) ?? [];
  return {
    name: contact?.name ?? name,
    organisation: contact?.organisation ?? '',
    department: contact?.department ?? '',
    numbers: numbers.length ? numbers : [{ number, label: 'mobile' }],
    emails: (contact?.emails ?? []).map((email) => ({ email })),
    note: contact?.note ?? '',
    favourite: contact?.favourite ?? false,
  };
}

function Fields({ contact, book: given, number, name, tenant, onClose, onSaved }: Omit<ContactFormProps, 'opened'>) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [book, setBook] = useState(given);
  const isAdministrator = useIsAdministrator();
  const [revision, setRevision] = useState(contact?.revision);
  const form = useForm<Values>({ initialValues: valuesOf(contact, number, name) });
  const save = useMutation({
    mutationFn: async ({ numbers, emails, ...values }: Values) => {
      const body = {
        ...values,
        numbers: numbers.filter((each) => each.number.trim()),
        emails: emails.map((each) => each.email.trim()).filter(Boolean),
      };
      const query = { tenant };
      return contact
        ? (
            await api.updateContact({
              path: { contact_id: contact.id },
              query,
              body: { ...body, revision },
            })
          ).data
        : (await api.createContact({ query, body: { ...body, book } })).data;
    },
    onSuccess: (saved) => {
      onClose();
      onSaved?.(saved);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [CONTACTS] }),
  });
  const { element, fault } = useFormErrors(form, save.error);
  return (
    <form ref={element} onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate className={css.form}>
      <Stack>
        <ErrorNotice fault={fault} />
        {!contact && !tenant && isAdministrator && (
          <SegmentedControl
            fullWidth
            aria-label={t`Address book`}
            value={book}
            onChange={(value) => setBook(value as typeof book)}
            data={[
              { value: 'personal', label: t`Only for me` },
              { value: 'company', label: t`For everyone` },
            ]}
          />
        )}
        {contact && (
          <ContactPicture contact={contact} tenant={tenant} onChange={(each) => setRevision(each.revision)} />
        )}
        <TextInput
          size="md"
          label={t`Name`}
          dir="auto"
          data-autofocus
          autoComplete="off"
          maxLength={200}
          {...form.getInputProps('name')}
        />
        <TextInput
          size="md"
          label={t`Organisation`}
          dir="auto"
          autoComplete="off"
          maxLength={200}
          {...form.getInputProps('organisation')}
        />
        <TextInput
          size="md"
          label={t`Department`}
          dir="auto"
          autoComplete="off"
          maxLength={200}
          {...form.getInputProps('department')}
        />
        <Numbers form={form} />
        <Emails form={form} />
        <Textarea
          size="md"
          label={t`Note`}
          dir="auto"
          autosize
          minRows={2}
          maxRows={8}
          maxLength={2000}
          {...form.getInputProps('note')}
        />
        {book === 'personal' && (
          <Switch size="md" label={t`Favourite`} {...form.getInputProps('favourite', { type: 'checkbox' })} />
        )}
      </Stack>
      <DrawerFooter>
        <Group justify="flex-end">
          <Button size="md" variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button size="md" type="submit" loading={save.isPending}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </DrawerFooter>
    </form>
  );
}

type Form = ReturnType<typeof useForm<Values>>;

function Numbers({ form }: { form: Form }) {
  const { t } = useLingui();
  const labels = useLabels();
  return (
    <Entries
      form={form}
      field="numbers"
      onAdd={() => form.insertListItem('numbers', { number: '', label: 'work' })}
      title={<Trans>Numbers</Trans>}
      add={<Trans>Add a number</Trans>}
      remove={(place) => t`Remove number ${place}`}
    >
      {(place) => (
        <>
          <Select
            size="md"
            w="9rem"
            aria-label={t`Kind of number ${place + 1}`}
            data={LABELS.map((value) => ({ value, label: labels[value] }))}
            allowDeselect={false}
            {...form.getInputProps(`numbers.${place}.label`)}
          />
          <TextInput
            size="md"
            flex={1}
            type="tel"
            autoComplete="off"
            aria-label={t`Number ${place + 1}`}
            maxLength={64}
            {...form.getInputProps(`numbers.${place}.number`)}
          />
        </>
      )}
    </Entries>
  );
}

function Emails({ form }: { form: Form }) {
  const { t } = useLingui();
  return (
    <Entries
      form={form}
      field="emails"
      onAdd={() => form.insertListItem('emails', { email: '' })}
      title={<Trans>E-mail</Trans>}
      add={<Trans>Add an e-mail address</Trans>}
      remove={(place) => t`Remove e-mail address ${place}`}
    >
      {(place) => (
        <TextInput
          size="md"
          flex={1}
          type="email"
          autoComplete="off"
          aria-label={t`E-mail address ${place + 1}`}
          maxLength={320}
          {...form.getInputProps(`emails.${place}.email`)}
        />
      )}
    </Entries>
  );
}

interface EntriesProps {
  form: Form;
  field: 'numbers' | 'emails';
  onAdd: () => void;
  title: ReactNode;
  add: ReactNode;
  /** Label of the button that removes an entry, by its number from 1. */
  remove: (place: number) => string;
  /** Fields of an entry, by its index. */
  children: (index: number) => ReactNode;
}

/** Entries of a list in the form, which are added and removed. */
function Entries({ form, field, onAdd, title, add, remove, children }: EntriesProps) {
  return (
    <fieldset className={css.fieldset}>
      <legend>{title}</legend>
      {form.values[field].map((_, index) => (
        <Group key={index} gap="xs" wrap="nowrap" align="flex-end">
          {children(index)}
          <ActionIcon
            variant="subtle"
            size={44}
            aria-label={remove(index + 1)}
            onClick={() => form.removeListItem(field, index)}
          >
            <IconTrash size={20} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {form.errors[field] && (
        <p className={css.error} role="alert">
          {form.errors[field]}
        </p>
      )}
      <Button variant="subtle" size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={onAdd}>
        {add}
      </Button>
    </fieldset>
  );
}
