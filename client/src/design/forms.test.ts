import { expect, it } from 'vitest';
import { Problem } from '~/core/problem';
import { showAtField } from './forms';

it.each([
  ['name', 'name is required.', 'Is required.'],
  ['name', 'name muss mindestens 2 Zeichen haben.', 'Muss mindestens 2 Zeichen haben.'],
  ['name', 'Another role has this name.', 'Another role has this name.'],
  ['agents.0.extension', 'agents.extension is required.', 'Is required.'],
  ['agents.0', 'agents is required.', 'Is required.'],
])('a text about the field %s is shown at it without its name', (field, message, shown) => {
  const errors: string[] = [];
  const form = {
    getValues: () => ({ name: '', agents: [] }),
    setFieldError: (_: string, text: string) => errors.push(text),
  };
  expect(showAtField(form, new Problem('invalid', 422, message, '', field))).toBeUndefined();
  expect(errors).toEqual([shown]);
});
