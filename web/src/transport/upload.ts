import { ApiError, apiUrl, type Query } from './http';

interface Upload<T> {
  done: Promise<T>;
  cancel: () => void;
}

/**
 * Sends one file as the body of a request. `fetch` says nothing of how far it has come, so this is
 * an XMLHttpRequest. A cancelled upload fails with the code `cancelled`.
 */
export function uploadFile<T>(
  path: string,
  query: Query,
  file: Blob,
  onProgress: (share: number) => void,
): Upload<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    const fail = (code: string, message: string) =>
      reject(new ApiError(request.status, { code, message }));
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status < 300) resolve(answer as T);
      else if (isError(answer)) reject(new ApiError(request.status, answer.error));
      else fail(`http_${request.status}`, request.statusText);
    };
    request.onerror = () => fail('unreachable', 'The server cannot be reached.');
    request.ontimeout = request.onerror;
    request.onabort = () => fail('cancelled', 'The upload was cancelled.');
  });
  request.open('POST', apiUrl(path, query));
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.send(file);
  return { done, cancel: () => request.abort() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isError = (value: unknown): value is { error: { code: string; message: string } } =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { error?: unknown }).error === 'object';
