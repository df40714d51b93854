import { Badge, Button, Menu, UnstyledButton } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Person } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { confirmAction } from '~/design/Confirm';
import { usePages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Table } from '~/design/Table';
import { useValue } from '~/core/store';
import { toast } from '~/core/toasts';
import { InvitePerson } from './InvitePerson';
import { NewPerson } from './NewPerson';
import { PersonCode } from './PersonCode';
import { Secret } from '~/design/Secret';

/** Accounts: invite, reset password, suspend, close. */
export default function People() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const queries = useQueryClient();
  const list = usePages<Person>(['persons', tenant], (cursor) => api.listPersons({ query: { tenant, cursor } }));
  const change = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSettled: () => queries.invalidateQueries({ queryKey: ['persons'] }),
  });
  const roles = { operator: t`Operator`, tenant_admin: t`Administrator`, user: t`User` };
  const states = {
    invited: { text: t`invited`, colour: 'yellow' },
    active: { text: t`active`, colour: 'teal' },
    suspended: { text: t`suspended`, colour: 'orange' },
    closed: { text: t`closed`, colour: 'gray' },
  };

  function add() {
    modals.open({ title: t`New person`, children: <NewPerson tenant={tenant} onDone={() => modals.closeAll()} /> });
  }

  function showCode(person: Person) {
    modals.open({ title: t`Sign in ${person.name} on a phone`, children: <PersonCode person={person} /> });
  }

  function invite(person: Person) {
    modals.open({ title: t`Invite ${person.name}`, children: <InvitePerson person={person} /> });
  }

  async function resetPassword(person: Person) {
    const confirmed = await confirmAction({
      title: t`New password for ${person.name}?`,
      text: t`A random password will be created and shown once. All devices of this person will be signed out.`,
      confirmLabel: t`Create`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    change.mutate(async () => {
      const { data } = await api.resetPersonPassword({ path: { person_id: person.id }, query: { tenant } });
      modals.open({ title: t`Password for ${person.name}`, children: <Secret text={data.password} /> });
    });
  }

  async function close(person: Person) {
    const confirmed = await confirmAction({
      title: t`Close the account of ${person.name}?`,
      text: t`The person’s extensions, devices and password are deleted immediately. The call history is kept.`,
      confirmLabel: t`Close account`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    change.mutate(async () => {
      await api.closePerson({ path: { person_id: person.id }, query: { tenant } });
      toast({ message: t`Account closed.` });
    });
  }

  const suspend = (person: Person, state: 'active' | 'suspended') =>
    change.mutate(() => api.updatePerson({ path: { person_id: person.id }, query: { tenant }, body: { state } }));

  return (
    <Page
      title={t`People`}
      size="xl"
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          <Trans>New person</Trans>
        </Button>
      }
    >
      <ErrorNotice fault={list.fault ?? change.error} />
      <Table
        label={t`People`}
        list={{ ...list, items: list.items.filter((person) => person.state !== 'closed') }}
        columns={[
          { title: t`Name`, render: (person) => person.name },
          { title: t`E-mail`, render: (person) => person.email },
          { title: t`Role`, render: (person) => roles[person.role] },
          {
            title: t`State`,
            render: (person) => (
              <Badge variant="dot" color={states[person.state].colour}>
                {states[person.state].text}
              </Badge>
            ),
          },
        ]}
        actions={(person) => (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <UnstyledButton p={13} lh={0} aria-label={t`Actions for ${person.name}`}>
                <IconDots size={18} aria-hidden />
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => showCode(person)}>
                <Trans>Show sign-in code</Trans>
              </Menu.Item>
              <Menu.Item onClick={() => invite(person)}>
                <Trans>Invite</Trans>
              </Menu.Item>
              <Menu.Item onClick={() => void resetPassword(person)}>
                <Trans>New password</Trans>
              </Menu.Item>
              {person.state === 'suspended' ? (
                <Menu.Item onClick={() => suspend(person, 'active')}>
                  <Trans>Reactivate</Trans>
                </Menu.Item>
              ) : (
                <Menu.Item onClick={() => suspend(person, 'suspended')}>
                  <Trans>Suspend</Trans>
                </Menu.Item>
              )}
              <Menu.Divider />
              <Menu.Item color="red" onClick={() => void close(person)}>
                <Trans>Close account</Trans>
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        empty={<Trans>No people yet. Add the first person.</Trans>}
      />
    </Page>
  );
}
