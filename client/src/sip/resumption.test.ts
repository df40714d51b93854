import { beforeEach, describe, expect, it } from 'vitest';
import { replacesHeader, saveCalls, takeSavedCalls, type SavedCall } from './resumption';

const saved: SavedCall = {
  callId: 'abc',
  localTag: 'own',
  remoteTag: 'server',
  number: '1002',
  name: 'Ada Example',
  since: 1_000,
  leftAt: 50_000,
  muted: false,
  held: false,
  camera: false,
  video: false,
};

describe('calls kept across a reload', () => {
  beforeEach(() => sessionStorage.clear());

  it('are taken once', () => {
    saveCalls([saved]);
    expect(takeSavedCalls(51_000)).toEqual([saved]);
    expect(takeSavedCalls(51_000)).toEqual([]);
    expect(sessionStorage.length).toBe(0);
  });

  it('are forgotten after minutes', () => {
    saveCalls([saved]);
    expect(takeSavedCalls(saved.leftAt + 400_000)).toEqual([]);
  });

  it('leave nothing behind without a call', () => {
    saveCalls([saved]);
    saveCalls([]);
    expect(sessionStorage.length).toBe(0);
  });

  it('survive damaged storage', () => {
    sessionStorage.setItem('unificx.calls', '{');
    expect(takeSavedCalls(0)).toEqual([]);
  });

  it('name the dialog from the perspective of the server', () => {
    expect(replacesHeader(saved)).toBe('Replaces: abc;to-tag=server;from-tag=own');
  });
});
