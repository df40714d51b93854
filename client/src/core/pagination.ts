/** A part of a list; `next` is where the one after it begins. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Asks for the part of a list that begins at a cursor, or for its first. */
export type PageLoader<T> = (cursor?: string) => Promise<{ data: Page<T> }>;

/** The most the server gives at once. */
export const MAX_PAGE_SIZE = 200;

/** A whole list, however many parts it has. */
export async function fetchAll<T>(load: PageLoader<T>): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const { data } = await load(cursor);
    found.push(...data.items);
    cursor = data.next ?? undefined;
  } while (cursor);
  return found;
}
