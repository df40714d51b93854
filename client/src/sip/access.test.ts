import { describe, expect, it } from 'vitest';
import { toIceServers, instanceIdOf, isValidFor, socketUrl } from './access';

describe('SIP access', () => {
  it('is converted for JsSIP', () => {
    const instance_id = '<urn:uuid:00000000-0000-4000-8000-00000000abcd>';
    expect(instanceIdOf({ instance_id })).toBe('00000000-0000-4000-8000-00000000abcd');
    const websocket = '/sip';
    expect(socketUrl({ websocket }, { protocol: 'https:', host: 'pbx.example' })).toBe('wss://pbx.example/sip');
    expect(socketUrl({ websocket }, { protocol: 'http:', host: '[::1]:8080' })).toBe('ws://[::1]:8080/sip');
    expect(toIceServers(undefined)).toEqual([]);
  });

  it('checks the remaining lifetime', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    expect(isValidFor({ expires: '2026-11-24T12:01:00Z' }, now, 30)).toBe(true);
    expect(isValidFor({ expires: '2026-11-24T12:00:20Z' }, now, 30)).toBe(false);
    expect(isValidFor(undefined, now, 0)).toBe(false);
  });
});
