import { expect, it } from 'vitest';
import { Problem } from '~/core/problem';
import { ImportDrawer } from './ImportDrawer';
import { eventually } from '../../test/eventually';
import { rendered } from '../../test/rendered';

const NOTHING = { created: 0, updated: 0, unchanged: 0, refused: 0 };

const choose = (file: File) =>
  eventually(() => {
    const input = document.querySelector('input[type=file]');
    expect(input).not.toBeNull();
    Object.defineProperty(input, 'files', { value: [file] });
    input!.dispatchEvent(new Event('change', { bubbles: true }));
  });

it.each([
  ['too-large', 413, 'Split the file, and import its parts one after the other.'],
  ['http_413', 413, 'Split the file, and import its parts one after the other.'],
  ['file_empty', 422, 'Choose another file.'],
  ['file_not_text', 422, 'Save it as CSV in UTF-8, and choose it again.'],
  ['file_titles_missing', 422, 'Name there at least the columns that are needed, as described above.'],
  ['file_titles_repeated', 422, 'Delete one of them.'],
  ['file_too_long', 422, 'Split the file, and import its parts one after the other.'],
  ['forbidden', 403, 'Contact your administrator.'],
])('an import that is refused as %s has a remedy of its own', async (code, status, remedy) => {
  rendered(
    <ImportDrawer<typeof NOTHING>
      opened
      onClose={() => undefined}
      title="Import"
      about=""
      placeholder="Choose a file"
      accept=".csv"
      send={() => Promise.reject(new Problem(code, status, 'The body is too large.'))}
      submit={() => 'Import'}
      success={() => ''}
      changes={[]}
      subject=""
      rows={() => []}
      ignored={() => []}
    />,
  );
  await choose(new File(['name'], 'people.csv'));
  await eventually(() => expect(document.querySelector('[role=alert]')?.textContent).toContain(remedy));
});
