import { Button, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Person } from '~/api';
import { Section } from '~/design/Section';
import { AddPhone } from './AddPhone';
import { InvitePerson } from './InvitePerson';
import { PersonCode } from './PersonCode';
import css from './people.module.css';

interface AccessOptionsProps {
  person: Pick<Person, 'id' | 'tenant_id' | 'name' | 'email'>;
  /** Number for a desk phone, if the person has one. */
  number?: string;
}

/** The three ways in which a person gets access: code, invitation, desk phone. */
export function AccessOptions({ person, number }: AccessOptionsProps) {
  const { t } = useLingui();
  const [phone, setPhone] = useState(false);
  return (
    <div className={css.access}>
      <Section title={t`On this person’s phone`}>
        <PersonCode person={person} />
      </Section>
      {person.email && (
        <Section title={t`Invitation`}>
          <InvitePerson person={person} />
        </Section>
      )}
      {number && (
        <Section title={t`Desk phone`}>
          {phone ? (
            <AddPhone extension={number} tenant={person.tenant_id} />
          ) : (
            <>
              <Text size="sm">
                <Trans>Server, user name and password for a phone of any maker.</Trans>
              </Text>
              <Button variant="default" size="md" onClick={() => setPhone(true)}>
                <Trans>Add a phone</Trans>
              </Button>
            </>
          )}
        </Section>
      )}
    </div>
  );
}
