import type { LoggedError } from '~/core/error-log';

/** Content of a report: device settings, no personal data. */
export interface DiagnosticsData {
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
  phone: { line: string; reason: string };
  push: string;
  worker: string;
  permissions: Record<string, string>;
  devices: { microphones: number; cameras: number; speakers: number };
  preferences: Record<string, string | number | boolean>;
  faults: readonly LoggedError[];
}

/** Format the report as text; exactly what is shown is sent. In English, for the administrator. */
export function formatReport(data: DiagnosticsData): string {
  const { screen, phone, devices } = data;
  const lines = [
    'UnifiCX diagnostics report',
    `created     ${data.at}`,
    `client      ${data.client}`,
    `server      ${data.server}`,
    `browser     ${data.browser}`,
    `languages   ${data.languages.join(', ')}`,
    `screen      ${screen.width} x ${screen.height}, ${screen.density} device pixels per point`,
    `installed   ${yesOrNo(data.installed)}`,
    `https       ${yesOrNo(data.secure)}`,
    '',
    `network     ${data.online ? 'online' : 'offline'}`,
    `events      ${data.events}`,
    `phone       ${phone.line}${phone.reason && ` (${phone.reason})`}`,
    `push        ${data.push}`,
    `worker      ${data.worker}`,
    '',
    ...Object.entries(data.permissions).map(([name, state]) => `permission ${name}: ${state}`),
    `devices     ${devices.microphones} microphones, ${devices.cameras} cameras, ${devices.speakers} speakers`,
    ...Object.entries(data.preferences).map(([name, value]) => `setting ${name}: ${String(value)}`),
    '',
    data.faults.length ? 'Recent errors:' : 'No recent errors.',
    ...data.faults.map(({ at, message, location }) => `${at} ${message}${location && ` at ${location}`}`),
  ];
  return `${lines.join('\n')}\n`;
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
