import type { DebateFormat, ImportedDebateFormat } from '../../protocol';
import { http } from '../../transport/http';
import { fileName } from './state';

export const LARGEST_FILE = 256 * 1024;

/** Have the server read a file; nothing is stored. */
export async function readFile(file: File): Promise<ImportedDebateFormat> {
  return http.post<ImportedDebateFormat>('/debate-formats/import', { text: await file.text() });
}

export function saveFile(format: DebateFormat): void {
  const body = new Blob([`${JSON.stringify(format, null, 2)}\n`], { type: 'application/json' });
  const url = URL.createObjectURL(body);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName(format);
  link.click();
  // Some browsers read it only after the click's task.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
