import { SegmentedControl, Select } from '@mantine/core';
import { plural } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type ContactImport } from '~/api';
import { ImportDrawer, type ImportDrawerProps } from '~/design/ImportDrawer';
import { useIsAdministrator } from './useIsAdministrator';
import { CONTACTS } from './useContacts';

type Book = 'personal' | 'company';
type Encoding = ContactImport['encoding'];

/**
 * Drawer that imports contacts from a vCard or CSV file, after a preview by line. Without a `tenant` the user chooses
 * the address book.
 */
export function ImportContacts(props: ImportDrawerProps) {
  const { t } = useLingui();
  const { tenant } = props;
  const isAdministrator = useIsAdministrator();
  const first = tenant ? 'company' : 'personal';
  const [book, setBook] = useState<Book>(first);
  const [encoding, setEncoding] = useState<Encoding>();
  const describe = useFaultTexts();
  return (
    <ImportDrawer<ContactImport>
      {...props}
      onClose={() => {
        props.onClose();
        setBook(first);
      }}
      title={t`Import contacts`}
      about={
        <Trans>
          A vCard file (.vcf), as phones and mail programs export it, or a CSV file with titles in the first row, such
          as name, organisation, mobile, work and email. Up to 5,000 contacts.
        </Trans>
      }
      above={
        !tenant &&
        isAdministrator && (
          <SegmentedControl
            fullWidth
            aria-label={t`Address book`}
            value={book}
            onChange={(value) => setBook(value as Book)}
            data={[
              { value: 'personal', label: t`Only for me` },
              { value: 'company', label: t`For everyone` },
            ]}
          />
        )
      }
      below={(report) => (
        <Select
          size="md"
          label={t`Encoding`}
          description={t`Choose another one if letters look wrong in the preview.`}
          data={[
            { value: 'utf-8', label: 'UTF-8' },
            { value: 'utf-16', label: 'UTF-16' },
            { value: 'windows-1252', label: 'Windows-1252 / Latin-1' },
          ]}
          allowDeselect={false}
          value={encoding ?? report?.encoding ?? 'utf-8'}
          onChange={(value) => setEncoding(value as Encoding)}
        />
      )}
      variant={`${book} ${encoding ?? ''}`}
      onChoose={() => setEncoding(undefined)}
      placeholder={t`Choose a vCard or CSV file`}
      accept=".vcf,.csv,text/vcard,text/csv,text/plain"
      send={async (body, how) => (await api.importContacts({ body, query: { book, tenant, encoding, ...how } })).data}
      submit={(good) => <Plural value={good} one="Import # contact" other="Import # contacts" />}
      success={({ created, updated }) =>
        t`${plural(created, { one: '# contact', other: '# contacts' })} added, ${updated} changed.`
      }
      changes={[CONTACTS]}
      subject={t`Contact`}
      ignored={(report) => report.ignored}
      rows={({ entries }) => entries.map((entry) => ({ ...entry, faults: entry.faults.map(describe) }))}
    />
  );
}

function useFaultTexts() {
  const { t } = useLingui();
  const fields: Record<string, string> = {
    name: t`The name is missing or too long.`,
    organisation: t`The organisation is too long.`,
    department: t`The department is too long.`,
    numbers: t`A number is not a telephone number.`,
    emails: t`An e-mail address is not valid.`,
    note: t`The note is too long.`,
    uid: t`The contact is in the file twice.`,
  };
  const codes: Record<string, string> = {
    version: t`The version of the vCard is unknown.`,
    too_many_cells: t`The row has more cells than the first row.`,
  };
  return ({ field, code }: { field: string; code: string }) =>
    fields[field] ?? codes[code] ?? t`The entry cannot be read.`;
}
