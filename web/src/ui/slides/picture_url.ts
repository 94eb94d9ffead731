import { apiUrl } from '../../transport/http';

export const pictureUrl = (
  sessionId: string,
  deckId: string,
  page: number,
  picture: 'page' | 'thumb' = 'page',
): string => apiUrl(`/sessions/${sessionId}/slides/${deckId}/${page}/${picture}`);
