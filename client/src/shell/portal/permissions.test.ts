import { describe, expect, it } from 'vitest';
import { firstPage, mayOpen } from './permissions';

describe('permissions of the portal', () => {
  it('open a page and the pages below it', () => {
    const opened = (paths: string[]) => paths.filter((path) => mayOpen(path, ['people_read']));
    expect(opened(['/', '/people', '/people/p1', '/phones/e1', '/trunks'])).toEqual([
      '/people',
      '/people/p1',
      '/phones/e1',
    ]);
    expect(mayOpen('/people', [])).toBe(false);
  });

  it('are not needed for one’s own pages', () => {
    for (const path of ['/security', '/sign-in', '/reselling']) expect(mayOpen(path, [])).toBe(true);
  });

  it('lead to the first page that they open', () => {
    expect(firstPage(['people_change', 'people_read'])).toBe('/');
    expect(firstPage(['trunks_change', 'queues_change'])).toBe('/trunks');
    expect(firstPage([])).toBeUndefined();
  });
});
