import { useLingui } from '@lingui/react/macro';
import type { PeopleEntry, Role } from '~/api';

/** Names of roles and states, with the colour of a state. */
export function usePeopleTexts() {
  const { t } = useLingui();
  const roles: Record<Role, string> = { operator: t`Operator`, tenant_admin: t`Administrator`, user: t`User` };
  const states: Record<PeopleEntry['state'] | 'closed', { text: string; colour: string }> = {
    invited: { text: t`Not signed in yet`, colour: 'yellow' },
    active: { text: t`Active`, colour: 'teal' },
    suspended: { text: t`Suspended`, colour: 'orange' },
    closed: { text: t`Closed`, colour: 'gray' },
  };
  const languages = [
    { value: '', label: t`Language of the organisation` },
    { value: 'en', label: 'English' },
    { value: 'de', label: 'Deutsch' },
  ];
  return { roles, states, languages };
}
