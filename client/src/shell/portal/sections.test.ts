import { expect, it } from 'vitest';
import { sectionOf } from './sections';

it.each([
  ['/', '/'],
  ['/people', '/people'],
  ['/people/0190', '/people'],
  ['/phones/0190', '/people'],
  ['/privacy/audit', '/privacy'],
  ['/recordings/policy', '/recordings'],
  ['/backups', '/backups'],
])('the page %s belongs to the section %s', (path, section) => {
  expect(sectionOf(path)?.to).toBe(section);
});

it.each(['/security', '/peoples', '/phonesX', '/nothing'])('the page %s has no section', (path) => {
  expect(sectionOf(path)).toBeUndefined();
});
