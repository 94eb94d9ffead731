import { useTranslation } from 'react-i18next';

import type { DebateFormat, FormatSpeech } from '../../protocol';
import classes from './Formats.module.css';
import { clock, floorOf, speechesOf, stretchesOf } from './state';
import { useFormatWords } from './words';

/** All speeches in order, each a bar as long as it is with its periods and bells. */
export function Timeline({ format }: { format: DebateFormat }) {
  const { t } = useTranslation('formats');
  const { text } = useFormatWords();
  const speeches = speechesOf(format);
  const longest = Math.max(1, ...speeches.map((speech) => speech.length_s));
  const numbers = new Map(speeches.map((speech, index) => [speech.id, index + 1]));
  return (
    <>
      <ul className={classes.legend} aria-hidden>
        <li>{t('period.normal')}</li>
        {speeches.some((speech) => speech.periods.some((period) => period.kind === 'pois')) && (
          <li data-period="pois">{t('period.pois')}</li>
        )}
        <li data-period="warning">{t('period.warning')}</li>
      </ul>
      {format.phases.map((phase) => (
        <section key={phase.id} aria-label={text(phase.name)}>
          <h3 className={classes.phase}>{text(phase.name)}</h3>
          <ol className={classes.speeches}>
            {phase.speeches.map((speech) => (
              <Row
                key={speech.id}
                format={format}
                speech={speech}
                number={numbers.get(speech.id) ?? 0}
                longest={longest}
              />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function Row({
  format,
  speech,
  number,
  longest,
}: {
  format: DebateFormat;
  speech: FormatSpeech;
  number: number;
  longest: number;
}) {
  const { t } = useTranslation('formats');
  const words = useFormatWords();
  const side = format.sides.find((each) => each.id === speech.side);
  const stance = floorOf(speech.kind) === 'one' ? side?.stance : undefined;
  return (
    <li className={classes.speech}>
      <span className={classes.number} data-stance={stance} aria-hidden>
        {number}
      </span>
      <div className={classes.what}>
        <b>{words.text(speech.name)}</b>
        <span>
          {t(`kind.${speech.kind}`)} · {words.who(format, speech)}
        </span>
        <span className="sr-only">{words.bells(speech)}</span>
      </div>
      <div className={classes.track} aria-hidden>
        <div className={classes.bar} style={{ width: `${(100 * speech.length_s) / longest}%` }}>
          {stretchesOf(speech).map((stretch) => (
            <span
              key={stretch.from_s}
              data-period={stretch.kind}
              style={{ flexGrow: stretch.to_s - stretch.from_s }}
            />
          ))}
        </div>
        {speech.bells.map((bell) => (
          <span
            key={bell.at_s}
            className={classes.bell}
            data-strokes={bell.strokes > 1 ? '2' : '1'}
            style={{ left: `${(100 * bell.at_s) / longest}%` }}
          >
            {/* The end's time stands at the right; twice it would run into the bell before. */}
            {bell.at_s < speech.length_s ? clock(bell.at_s) : '\u00a0'}
          </span>
        ))}
      </div>
      <span className={classes.time}>{clock(speech.length_s)}</span>
    </li>
  );
}
