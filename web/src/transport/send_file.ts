import type { ErrorBody } from '../protocol';
import { ApiError, apiUrl, type Query } from './http';

/** POST a file as it is; what it is, the server finds out from its content. */
export async function sendFile<T>(path: string, file: Blob, query: Query): Promise<T> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path, query), {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: file,
    });
  } catch {
    throw new ApiError(0, { code: 'unreachable', message: 'The server cannot be reached.' });
  }
  const payload = (await response.json().catch(() => null)) as (T & { error?: ErrorBody }) | null;
  if (!response.ok || payload === null) {
    throw new ApiError(
      response.status,
      payload?.error ?? { code: `http_${response.status}`, message: response.statusText },
    );
  }
  return payload;
}
