import { useTranslation } from 'react-i18next';

import type { DebateFormat, FormatPlace, FormatProblem, FormatSpeech } from '../../protocol';
import { clock, floorOf, textIn } from './state';

/** A format's own words in the reader's language. */
export function useFormatWords() {
  const { t, i18n } = useTranslation('formats');
  const language = i18n.language;
  const sideName = (format: DebateFormat, id: string | null | undefined): string => {
    const side = format.sides.find((each) => each.id === id);
    return side ? textIn(side.name, language) : '';
  };
  const placeName = (format: DebateFormat, place: FormatPlace): string => {
    const side = format.sides.find((each) => each.id === place.side);
    const seat = side?.seats.find((each) => each.id === place.seat);
    return `${sideName(format, place.side)} · ${seat ? textIn(seat.name, language) : t('sideChooses')}`;
  };
  return {
    language,
    text: (text: { en: string; de: string }) => textIn(text, language),
    sideName,
    placeName,
    who: (format: DebateFormat, speech: FormatSpeech): string => {
      if (floorOf(speech.kind) === 'queue' || !speech.side) return t('anyone');
      const first = placeName(format, { side: speech.side, seat: speech.seat });
      const [answers] = speech.others;
      if (speech.kind === 'cross' && answers) {
        return t('asks', { asks: first, answers: placeName(format, answers) });
      }
      return [first, ...speech.others.map((place) => placeName(format, place))].join(', ');
    },
    bells: (speech: FormatSpeech): string =>
      speech.bells.length === 0
        ? t('noBells')
        : t('bellsOf', {
            list: speech.bells
              .map((bell) =>
                t('bellAt', { time: clock(bell.at_s), strokes: t('strokes', { count: bell.strokes }) }),
              )
              .join('; '),
          }),
  };
}

/** What is wrong in the reader's words: ours when the code is known, the server's otherwise. */
export function useProblemText(): (problem: FormatProblem) => string {
  const { t, i18n } = useTranslation('formats');
  return (problem) => {
    const key = `problem.${problem.code}`;
    return i18n.exists(`formats:${key}`) ? t(key as 'problem.bad_id') : problem.message;
  };
}
