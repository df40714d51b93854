const DIGITS = '22233344455566677778889999';

/** The keypad digits of a text, without accents: "Zoé B." becomes "9632". Other characters are left out. */
export function keypadDigits(text: string): string {
  const characters = text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
  return characters.replaceAll(/[a-z]/g, (each) => DIGITS[each.charCodeAt(0) - 97]!);
}
