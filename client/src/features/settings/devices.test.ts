import { describe, expect, it, vi } from 'vitest';
import { Problem } from '~/core/problem';
import { DevicesModel } from './devices';

function session(id: string, last_used: string, current = false) {
  return { id, last_used, current, created: `${last_used}T12:00:00Z`, name: id, kind: 'browser' };
}

function setup(parts: Record<string, unknown> = {}) {
  let items = [session('old', '2026-10-01'), session('this', '2026-11-01', true), session('new', '2026-11-24')];
  const server = {
    listSessions: vi.fn(async () => ({ data: { items, next: null } })),
    revokeSession: vi.fn(async ({ path }: { path: { session_id: string } }) => {
      items = items.filter((each) => each.id !== path.session_id);
    }),
    revokeOtherSessions: vi.fn(async () => {
      items = items.filter((each) => each.current);
    }),
    ...parts,
  };
  const model = new DevicesModel(server as never);
  return { model, server, ids: () => model.state.state.sessions?.map((each) => each.id) };
}

describe('the sessions', () => {
  it('start with this device, then by last use', async () => {
    const { model, ids } = setup();
    expect(ids()).toBeUndefined();
    await model.load();
    expect(ids()).toEqual(['this', 'new', 'old']);
  });

  it('are ended one by one, or all others', async () => {
    const { model, ids } = setup();
    await model.load();
    await model.end(model.state.state.sessions![2]!);
    expect(ids()).toEqual(['this', 'new']);
    await model.endOthers();
    expect(ids()).toEqual(['this']);
    expect(model.state.state.ending).toBeUndefined();
  });

  it('stay unchanged on failure', async () => {
    const revokeSession = vi.fn().mockRejectedValue(Problem.unreachable());
    const { model, ids } = setup({ revokeSession });
    await model.load();
    await model.end(model.state.state.sessions![1]!);
    expect(ids()).toEqual(['this', 'new', 'old']);
    expect(model.state.state).toMatchObject({ fault: { code: 'unreachable' }, ending: undefined });
  });
});
