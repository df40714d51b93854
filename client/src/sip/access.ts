import { api, type SipAccess } from '~/api';

export type { SipAccess };

/** Fetch SIP credentials: device identity of the session and a short-lived bearer token (RFC 8898). */
export async function fetchSipAccess(): Promise<SipAccess> {
  return (await api.sipAccess()).data;
}

/** The bare UUID of `<urn:uuid:…>` (RFC 5626 section 4.1), as JsSIP expects it. */
export function instanceIdOf(access: Pick<SipAccess, 'instance_id'>): string {
  return /[0-9a-f-]{36}/i.exec(access.instance_id)?.[0] ?? '';
}

export function socketUrl(access: Pick<SipAccess, 'websocket'>, page: { protocol: string; host: string }): string {
  return `${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}${access.websocket}`;
}

/** Whether the token is valid for another `seconds`. */
export function isValidFor(access: Pick<SipAccess, 'expires'> | undefined, now: number, seconds: number): boolean {
  return access !== undefined && Date.parse(access.expires) - now > seconds * 1000;
}

export function toIceServers(access: SipAccess | undefined): RTCIceServer[] {
  return (access?.ice_servers ?? []).map(({ urls, username, credential }) => ({
    urls,
    username: username ?? undefined,
    credential: credential ?? undefined,
  }));
}
