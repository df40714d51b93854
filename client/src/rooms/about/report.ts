import type { Noted } from '~/kernel/faults';

/** What a report is made of: how this device is set up, and nothing that says whose it is. */
export interface Findings {
  at: string;
  client: string;
  server: string;
  browser: string;
  languages: readonly string[];
  screen: { width: number; height: number; density: number };
  installed: boolean;
  secure: boolean;
  online: boolean;
  events: string;
  phone: { line: string; why: string };
  push: string;
  worker: string;
  permissions: Record<string, string>;
  devices: { microphones: number; cameras: number; speakers: number };
  preferences: Record<string, string | number | boolean>;
  faults: readonly Noted[];
}

/** The report as text: what is shown is what is sent. In English, for whoever looks after the server. */
export function written(found: Findings): string {
  const { screen, phone, devices } = found;
  const lines = [
    'UnifiCX diagnostics report',
    `made        ${found.at}`,
    `client      ${found.client}`,
    `server      ${found.server}`,
    `browser     ${found.browser}`,
    `languages   ${found.languages.join(', ')}`,
    `screen      ${screen.width} x ${screen.height}, ${screen.density} pixels to a point`,
    `installed   ${yes(found.installed)}`,
    `https       ${yes(found.secure)}`,
    '',
    `network     ${found.online ? 'there' : 'missing'}`,
    `events      ${found.events}`,
    `telephone   ${phone.line}${phone.why && ` (${phone.why})`}`,
    `wake-up     ${found.push}`,
    `worker      ${found.worker}`,
    '',
    ...Object.entries(found.permissions).map(([name, state]) => `may use ${name}: ${state}`),
    `found       ${devices.microphones} microphones, ${devices.cameras} cameras, ${devices.speakers} speakers`,
    ...Object.entries(found.preferences).map(([name, value]) => `set ${name}: ${String(value)}`),
    '',
    found.faults.length ? 'What went wrong of late:' : 'Nothing went wrong of late.',
    ...found.faults.map(({ at, what, where }) => `${at} ${what}${where && ` at ${where}`}`),
  ];
  return `${lines.join('\n')}\n`;
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}
