import { expect, it } from 'vitest';
import { chosenCategories, hoursLeft, localTime, topicsOf } from './breach';

const TOPICS = [
  { key: 'you', categories: ['user.name', 'user.contact.email'] },
  { key: 'calls', categories: ['user.behavior.call_detail', 'user.name'] },
];

it('translates between topics of the policy and categories', () => {
  const categories = chosenCategories([], ['you', 'calls'], TOPICS);
  expect(categories).toEqual(['user.behavior.call_detail', 'user.contact.email', 'user.name']);
  expect(topicsOf(categories, TOPICS)).toEqual(['you', 'calls']);
  expect(topicsOf(['user.name'], TOPICS)).toEqual([]);
  expect(chosenCategories([], [], TOPICS)).toEqual([]);
});

it('preserves categories of a topic that is affected in part', () => {
  const before = ['user.contact.email', 'user.behavior.call_detail', 'user.name'];
  expect(chosenCategories(before, ['calls'], TOPICS)).toEqual(['user.behavior.call_detail', 'user.name']);
  expect(chosenCategories(['user.contact.email'], [], TOPICS)).toEqual(['user.contact.email']);
  expect(chosenCategories(['user.contact.email'], ['calls'], TOPICS)).toEqual(before.toSorted());
});

it('counts the hours that are left', () => {
  const due = '2026-03-04T12:00:00Z';
  expect(hoursLeft(due, Date.parse('2026-03-01T12:00:00Z'))).toBe(72);
  expect(hoursLeft(due, Date.parse('2026-03-04T11:59:00Z'))).toBe(1);
  expect(hoursLeft(due, Date.parse('2026-03-04T12:00:01Z'))).toBe(0);
});

it('gives the local time that the same field reads', () => {
  expect(new Date(localTime('2026-03-04T12:34:00Z')).toISOString()).toBe('2026-03-04T12:34:00.000Z');
});
