import { client } from '~/api/generated/client.gen';

/** What the server gives a signed-in person's telephone, once a session and for minutes. */
export interface SipAccess {
  extension_id: string;
  number: string;
  name: string;
  domain: string;
  /** sip:1001@demo.example */
  uri: string;
  /** A path of this origin: /sip. */
  websocket: string;
  /** RFC 8898. Good for this device and for minutes. */
  bearer: string;
  /** When the bearer ends. */
  expires: string;
  /** `<urn:uuid:…>`, the same as long as the session lasts (RFC 5626 section 4.1). */
  instance_id: string;
  ice_servers: RTCIceServer[];
}

export async function askSipAccess(): Promise<SipAccess> {
  const { data } = await client.post<{ 200: SipAccess }, unknown, true>({ url: '/api/v1/me/sip-access' });
  return data as SipAccess;
}

/** The UUID alone, as JsSIP wants it. */
export function instanceOf(access: SipAccess): string {
  return /[0-9a-f-]{36}/i.exec(access.instance_id)?.[0] ?? '';
}

export function socketUrl(access: SipAccess, page: { protocol: string; host: string }): string {
  return `${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}${access.websocket}`;
}

/** Whether the bearer lasts for another `seconds`. */
export function lasts(access: SipAccess | undefined, now: number, seconds: number): boolean {
  return access !== undefined && Date.parse(access.expires) - now > seconds * 1000;
}
