/** Returns the lowest code that is not taken, from 01 on; "" if all are. */
export function nextCode(taken: readonly string[]): string {
  const codes = Array.from({ length: 100 }, (_, each) => String((each + 1) % 100).padStart(2, '0'));
  return codes.find((each) => !taken.includes(each)) ?? '';
}
