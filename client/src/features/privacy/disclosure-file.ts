import { api } from '~/api';

/** Have the file of an approved disclosure made. */
export const requestDisclosureFile = async (request: string, disclosure: string, tenant?: string) =>
  (
    await api.makeDisclosureFile({
      path: { request_id: request, disclosure_id: disclosure },
      query: { tenant },
    })
  ).data;
