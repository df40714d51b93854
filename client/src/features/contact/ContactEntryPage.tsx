import { Anchor, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Contact as ContactEntry } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { useTwoPanes } from '~/design/Panes';
import { Section } from '~/design/Section';
import { SkeletonRows } from '~/design/SkeletonRows';
import { useValue } from '~/core/store';
import { ContactForm, titleOf, useContact, useContactChanges, useLabels } from '~/features/contacts';
import { colleagues } from '~/features/directory';
import { useNumberFormat } from '~/features/phone-numbers';
import { Contact } from './Contact';
import css from './contact.module.css';

/** A contact of the user or of the company. */
export default function ContactEntryPage() {
  const { t } = useLingui();
  const beside = useTwoPanes();
  const { contact: id = '' } = useParams({ strict: false });
  const { data, error, refetch } = useContact(id);
  if (data) return <Entry key={data.id} contact={data} />;
  return (
    <Page title={t`Contact`} level={beside ? 2 : 1} back={beside ? undefined : '/team'}>
      {error ? <ErrorBar fault={error} retry={refetch} /> : <SkeletonRows rows={3} />}
    </Page>
  );
}

function Entry({ contact }: { contact: ContactEntry }) {
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const labels = useLabels();
  const changes = useContactChanges();
  const formatted = useNumberFormat();
  const title = titleOf(contact, formatted);
  const number = contact.numbers[0]?.number ?? '';
  // A contact with the number of a colleague can be sent messages.
  const colleague = useValue(colleagues.state, (each) =>
    each.colleagues.find((one) => contact.numbers.some((known) => known.number === one.number)),
  );
  const close = () => void navigate({ to: '/team', search: { show: 'contacts' } });
  return (
    <Contact
      back="/team"
      party={{
        id: colleague?.id,
        name: contact.name,
        number,
        title,
        room: false,
        picture: contact.picture ? contact.id : undefined,
        numbers: contact.numbers.map((each) => ({ number: each.number, kind: labels[each.label] })),
        entry: {
          favourite: contact.book === 'personal' ? contact.favourite : undefined,
          onFavourite: () => changes.setFavourite(contact, !contact.favourite),
          onEdit: contact.editable ? () => setEditing(true) : undefined,
          onDelete: contact.editable ? () => changes.remove(contact, close) : undefined,
        },
      }}
    >
      <ErrorNotice fault={changes.error} />
      <Details contact={contact} />
      <ContactForm opened={editing} onClose={() => setEditing(false)} contact={contact} book={contact.book} />
      <Text size="sm" c="dimmed" mb="md">
        {contact.book === 'company' ? (
          <Trans>Company contact: everyone in your organisation sees it.</Trans>
        ) : (
          <Trans>Personal contact: only you see it.</Trans>
        )}
      </Text>
    </Contact>
  );
}

function Details({ contact: { name, organisation, department, emails, note } }: { contact: ContactEntry }) {
  const { t } = useLingui();
  const shown = [
    [t`Organisation`, name && organisation],
    [t`Department`, department],
  ].filter(([, value]) => value);
  if (shown.length === 0 && emails.length === 0 && !note) return null;
  return (
    <Section title={t`Details`}>
      <dl className={css.details}>
        {shown.map(([label, value]) => (
          <div key={label}>
            <Text component="dt" size="sm" c="dimmed">
              {label}
            </Text>
            <dd>{value}</dd>
          </div>
        ))}
        {emails.map((email) => (
          <div key={email}>
            <Text component="dt" size="sm" c="dimmed">
              <Trans>E-mail</Trans>
            </Text>
            <dd>
              <Anchor href={`mailto:${encodeURIComponent(email)}`}>{email}</Anchor>
            </dd>
          </div>
        ))}
        {note && (
          <div>
            <Text component="dt" size="sm" c="dimmed">
              <Trans>Note</Trans>
            </Text>
            <dd style={{ whiteSpace: 'pre-wrap' }}>{note}</dd>
          </div>
        )}
      </dl>
    </Section>
  );
}
