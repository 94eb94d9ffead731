import type { ErrorBody } from '../protocol';

/** What the server (or the way to it) refused, in the one error shape of docs/protocol.md. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly field: string | null;
  readonly retryAfterS: number | null;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = body.code;
    this.field = body.field ?? null;
    this.retryAfterS = body.retry_after_s ?? null;
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  signal?: AbortSignal;
}

const BASE = '/api/v1';

export function apiUrl(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value));
  }
  const tail = search.size > 0 ? `?${search}` : '';
  return `${BASE}${path}${tail}`;
}

function isErrorBody(value: unknown): value is { error: ErrorBody } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'error' in value &&
    typeof (value as { error: unknown }).error === 'object'
  );
}

async function request<T>(
  method: string,
  path: string,
  body: unknown,
  { query, signal }: Options = {},
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path, query), {
      method,
      signal,
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, { code: 'unreachable', message: 'The server cannot be reached.' });
  }
  if (response.status === 204) return undefined as T;
  let payload: unknown;
  try {
    payload = await response.json();
  } catch {
    payload = null;
  }
  if (!response.ok) {
    throw new ApiError(
      response.status,
      isErrorBody(payload)
        ? payload.error
        : { code: `http_${response.status}`, message: response.statusText },
    );
  }
  return payload as T;
}

/** `http.get<Session[]>('/sessions', {query: {state: 'live'}})`; every failure is an `ApiError`. */
export const http = {
  get: <T>(path: string, options?: Options) => request<T>('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options?: Options) =>
    request<T>('POST', path, body, options),
  put: <T = void>(path: string, body: unknown, options?: Options) =>
    request<T>('PUT', path, body, options),
  patch: <T>(path: string, body: unknown, options?: Options) =>
    request<T>('PATCH', path, body, options),
  delete: <T = void>(path: string, options?: Options) =>
    request<T>('DELETE', path, undefined, options),
};
