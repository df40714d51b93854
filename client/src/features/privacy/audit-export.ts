import type { AuditExport } from '~/api';

/** The exported log as `unificx privacy log verify` reads it: heads and entries, one JSON object a line. */
export async function exportedLines(load: (first: number) => Promise<AuditExport>): Promise<string> {
  const lines: object[] = [];
  for (let first: number | null = 0; first !== null;) {
    const part: AuditExport = await load(first);
    lines.push(...part.heads.map((head) => ({ head })), ...part.entries);
    first = part.next;
  }
  return lines.map((each) => `${JSON.stringify(each)}\n`).join('');
}
