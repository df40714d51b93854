/** One page of a list; `next` is the cursor of the following page. */
interface Page<T> {
  items: T[];
  next: string | null;
}

/** Fetch the page at a cursor, or the first one. */
export type PageLoader<T> = (cursor?: string) => Promise<{ data: Page<T> }>;

/** Maximum page size of the server. */
export const MAX_PAGE_SIZE = 200;

/** Fetch all pages of a list. */
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
