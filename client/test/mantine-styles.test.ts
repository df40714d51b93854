import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { usedStyles } from '../mantine-styles';

const KIT = join(import.meta.dirname, '../node_modules/@mantine/core');
const styles = usedStyles();

it('takes the styles of the used components and of those they are made of', () => {
  // Select is made of the others.
  expect(styles).toEqual(expect.arrayContaining(['Combobox', 'Popover', 'Input', 'ScrollArea']));
  expect(styles.slice(0, 3)).toEqual(['baseline', 'default-css-variables', 'global']);
  expect(styles).not.toContain('ColorPicker');
});

it('keeps the order of the kit, and is much shorter', () => {
  expect(styles.indexOf('UnstyledButton')).toBeLessThan(styles.indexOf('Button'));
  expect(styles.indexOf('Input')).toBeLessThan(styles.indexOf('PasswordInput'));
  const size = (name: string) => readFileSync(join(KIT, name), 'utf8').length;
  const used = styles.reduce((sum, each) => sum + size(`styles/${each}.css`), 0);
  expect(used).toBeLessThan(0.75 * size('styles.css'));
  expect(styles.length).toBeLessThan(readdirSync(join(KIT, 'styles')).length / 2);
});
