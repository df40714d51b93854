import { api, type NewSuspension, type PersonChange } from '~/api';
import { useChanges } from '~/design/changes';

/** Lists and pages that show people, numbers and phones. */
export const PEOPLE_LISTS = ['people', 'person', 'persons', 'extensions', 'devices', 'suspension', 'departments'];

/** Permissions that open a button for several selected people. */
export const BULK_PERMISSIONS = ['people_change', 'sign_in_help', 'recordings_change'];

/** Carries out changes of people, numbers and phones. */
export const usePeopleChanges = () => useChanges(PEOPLE_LISTS);

/** Requests that change one person. */
export function personRequests(person: { id: string }, tenant?: string) {
  const which = { path: { person_id: person.id }, query: { tenant } };
  return {
    change: (body: PersonChange) => api.updatePerson({ ...which, body }),
    suspend: (body: NewSuspension) => api.suspendPerson({ ...which, body }),
    resume: () => api.resumePerson(which),
    close: () => api.closePerson(which),
    resetPassword: async () => (await api.resetPersonPassword(which)).data.password,
    resetFactors: () => api.resetPersonFactors(which),
  };
}
