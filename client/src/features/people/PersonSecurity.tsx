import { Button, Group, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useMay } from '~/api/session';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice } from '~/design/Notice';
import { Secret } from '~/design/Secret';
import { Section } from '~/design/Section';
import { closeDialogs, openDialog } from '~/design/dialogs';
import { ScheduledErasure } from '~/features/erasure';
import { personRequests, usePeopleChanges } from './changes';
import { CopyPerson } from './CopyPerson';
import { ErasePerson } from './ErasePerson';
import { InvitePerson } from './InvitePerson';
import { PersonCode } from './PersonCode';
import type { PersonTabProps } from './PersonPage';

/** Sign-in of a person: code, invitation, password, second factors, end of the account. Shown is what the user may do. */
export function PersonSecurity({ person, tenant }: PersonTabProps) {
  const { t } = useLingui();
  const may = useMay();
  const changes = usePeopleChanges();
  const navigate = useNavigate();
  const requests = personRequests(person, tenant);

  async function resetPassword() {
    const confirmed = await confirmAction({
      title: t`New password for ${person.name}?`,
      text: t`A random password will be created and shown once. All devices of this person will be signed out.`,
      confirmLabel: t`Create`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    changes.mutate({
      apply: async () => {
        const password = await requests.resetPassword();
        openDialog({ title: t`Password for ${person.name}`, children: <Secret text={password} /> });
      },
      message: t`The password is new.`,
    });
  }

  async function resetFactors() {
    const confirmed = await confirmAction({
      title: t`Remove the second factors of ${person.name}?`,
      text: t`The password alone is then enough to sign in. All devices of this person will be signed out.`,
      confirmLabel: t`Remove`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) changes.mutate({ apply: requests.resetFactors, message: t`The second factors are removed.` });
  }

  async function close() {
    const confirmed = await confirmAction({
      title: t`Close the account of ${person.name}?`,
      text: t`The person’s extensions, devices and password are deleted immediately. The call history is kept.`,
      confirmLabel: t`Close account`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    changes.mutate(
      { apply: requests.close, message: t`Account closed.` },
      { onSuccess: () => void navigate({ to: '/people' as string }) },
    );
  }

  const showCode = () =>
    openDialog({ title: t`Sign in ${person.name} on a phone`, children: <PersonCode person={person} /> });
  const invite = () => openDialog({ title: t`Invite ${person.name}`, children: <InvitePerson person={person} /> });
  const copy = () =>
    openDialog({
      title: t`Copy of the data of ${person.name}`,
      children: <CopyPerson person={person} tenant={tenant} />,
    });
  function erase() {
    let erased = false;
    openDialog({
      title: t`Erase ${person.name}?`,
      children: (
        <ErasePerson
          person={person}
          tenant={tenant}
          onErased={() => (erased = true)}
          onScheduled={() => closeDialogs()}
        />
      ),
      onClose: () => {
        if (erased) void navigate({ to: '/people' as string });
      },
    });
  }

  return (
    <>
      <ErrorNotice fault={changes.error} />
      {may('sign_in_help') && (
        <Section title={t`Sign-in`} lead={person.signed_in ? undefined : t`This person has never signed in.`}>
          <Group>
            <Button variant="default" onClick={showCode}>
              <Trans>Show sign-in code</Trans>
            </Button>
            {person.email && (
              <Button variant="default" onClick={invite}>
                <Trans>Invite</Trans>
              </Button>
            )}
            <Button variant="default" onClick={() => void resetPassword()}>
              <Trans>New password</Trans>
            </Button>
            <Button variant="default" onClick={() => void resetFactors()}>
              <Trans>Remove second factors</Trans>
            </Button>
          </Group>
        </Section>
      )}
      {may('privacy_change') && (
        <Section title={t`Personal data`}>
          <Group>
            <Button variant="default" onClick={copy}>
              <Trans>Copy of the data</Trans>
            </Button>
          </Group>
        </Section>
      )}
      {(may('people_change') || may('privacy_change')) && (
        <Section title={t`End of the account`}>
          {may('privacy_change') && <ScheduledErasure personId={person.id} name={person.name} tenant={tenant} />}
          <Text size="sm">
            <Trans>Numbers, phones and sign-in are deleted. The call history is kept.</Trans>
          </Text>
          <Group>
            {may('people_change') && (
              <Button color="red.9" onClick={() => void close()}>
                <Trans>Close account</Trans>
              </Button>
            )}
            {may('privacy_change') && (
              <Button variant="default" onClick={erase}>
                <Trans>Erase this person</Trans>
              </Button>
            )}
          </Group>
        </Section>
      )}
    </>
  );
}
