/** The rows with one moved to another place. */
export function moved<T>(rows: T[], from: number, to: number): T[] {
  const rest = rows.filter((_, each) => each !== from);
  return [...rest.slice(0, to), rows[from]!, ...rest.slice(to)];
}
