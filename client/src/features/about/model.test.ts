import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { DiagnosticsModel, filterComponents } from './model';
import { formatReport, type DiagnosticsData } from './report';

const FOUND: DiagnosticsData = {
  at: '2026-11-24T12:00:00.000Z',
  client: '0.1.0',
  server: '0.1.1',
  browser: 'Mozilla/5.0',
  languages: ['de', 'en'],
  screen: { width: 390, height: 844, density: 3 },
  installed: true,
  secure: true,
  online: true,
  events: 'up',
  phone: { line: 'refused', reason: 'no_extension' },
  push: 'on',
  worker: 'running',
  permissions: { microphone: 'granted', camera: 'prompt' },
  devices: { microphones: 2, cameras: 1, speakers: 0 },
  preferences: { sensors: true, microphone: 'chosen' },
  faults: [{ at: '2026-11-24T11:59:00.000Z', message: 'too-many', location: 'POST /api/v1/sessions' }],
};

describe('a diagnostics report', () => {
  it('contains the device settings and recent errors', () => {
    const text = formatReport(FOUND);
    expect(text).toContain('client      0.1.0\nserver      0.1.1\n');
    expect(text).toContain('phone       refused (no_extension)');
    expect(text).toContain('permission camera: prompt');
    expect(text).toContain('2 microphones, 1 cameras, 0 speakers');
    expect(text).toContain('2026-11-24T11:59:00.000Z too-many at POST /api/v1/sessions');
    expect(formatReport({ ...FOUND, faults: [] })).toContain('No recent errors.');
  });

  it('is sent as edited by the user, and not before', async () => {
    const send = vi.fn(async () => ({ data: {} }));
    const model = new DiagnosticsModel(async () => FOUND, { sendDiagnosticsReport: send } as never);
    await model.send();
    await model.generate();
    expect(send).not.toHaveBeenCalled();
    expect(model.state.state.text).toBe(formatReport(FOUND));
    model.change('only this');
    await model.send();
    expect(send).toHaveBeenCalledExactlyOnceWith({ body: { report: 'only this' } });
    expect(model.state.state).toMatchObject({ sent: true, busy: false });
    model.change('something else');
    expect(model.state.state.sent).toBe(false);
  });

  it.each([
    [new Problem('not-found', 404, 'No.'), { unsupported: true, fault: undefined }],
    [Problem.unreachable(), { unsupported: false, fault: { code: 'unreachable' } }],
  ])('says when the server does not accept it: %s', async (fault, state) => {
    const send = vi.fn().mockRejectedValue(fault);
    const model = new DiagnosticsModel(async () => FOUND, { sendDiagnosticsReport: send } as never);
    await model.generate();
    await model.send();
    expect(model.state.state).toMatchObject({ sent: false, busy: false, ...state });
  });
});

it('filters components by all words, in name or license', () => {
  const all = [
    { name: 'react', license: 'MIT' },
    { name: 'react-router', license: 'MIT' },
    { name: 'argon2-cffi', license: 'Apache-2.0' },
  ];
  expect(filterComponents(all, '')).toEqual(all);
  expect(filterComponents(all, ' REACT mit').map((each) => each.name)).toEqual(['react', 'react-router']);
  expect(filterComponents(all, 'apache react')).toEqual([]);
});
