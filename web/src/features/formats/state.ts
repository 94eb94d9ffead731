import type {
  DebateFormat, DebateFormatSummary, FormatBell, FormatPeriod, FormatPhase, FormatPlace,
  FormatProblem, FormatSide, FormatSpeech, FormatText, SpeechKind,
} from '../../protocol';

/** What the editor does to a format: every function gives a new one and leaves the old as it is. */

export const KINDS: SpeechKind[] = [
  'constructive', 'rebuttal', 'reply', 'opening', 'closing', 'cross', 'grand_cross', 'free',
  'panel', 'questions',
];

type Floor = 'one' | 'places' | 'queue';

/** Who may speak: its holder, the places named, whoever's turn it is. */
export function floorOf(kind: SpeechKind): Floor {
  if (kind === 'cross' || kind === 'grand_cross') return 'places';
  return kind === 'free' || kind === 'panel' || kind === 'questions' ? 'queue' : 'one';
}

export function textIn(text: FormatText, language: string): string {
  return language.startsWith('de') ? text.de || text.en : text.en || text.de;
}

// ---- times ----

export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** `7` and `7:00` are minutes; `null` is no time. */
export function parseClock(text: string): number | null {
  const match = /^\s*(\d{1,3})(?:[:.](\d{1,2}))?\s*$/.exec(text);
  if (!match) return null;
  const seconds = Number(match[2] ?? 0);
  return seconds > 59 ? null : Number(match[1]) * 60 + seconds;
}

export const lengthOf = (format: DebateFormat): number =>
  speechesOf(format).reduce((sum, speech) => sum + speech.length_s, 0);

export const speechesOf = (format: DebateFormat): FormatSpeech[] =>
  format.phases.flatMap((phase) => phase.speeches);

export interface Stretch {
  from_s: number;
  to_s: number;
  kind: FormatPeriod['kind'];
}

/** The periods of a speech as stretches that fill it; overtime is beyond its end. */
export function stretchesOf(speech: FormatSpeech): Stretch[] {
  const starts = speech.periods.filter((period) => period.from_s < speech.length_s);
  const all: FormatPeriod[] =
    starts[0]?.from_s === 0 ? starts : [{ from_s: 0, kind: 'normal' }, ...starts];
  return all.map((period, index) => ({
    from_s: period.from_s,
    to_s: all[index + 1]?.from_s ?? speech.length_s,
    kind: period.kind,
  }));
}

/** Another length: what lies in the second half moves with the end, as the server has it. */
export function lasting(speech: FormatSpeech, length_s: number): FormatSpeech {
  const shift = length_s - speech.length_s;
  const moved = (at_s: number) => (at_s * 2 > speech.length_s ? at_s + shift : at_s);
  return {
    ...speech,
    length_s,
    bells: speech.bells.map((bell) => ({ ...bell, at_s: moved(bell.at_s) })),
    periods: speech.periods.map((period) => ({ ...period, from_s: moved(period.from_s) })),
  };
}

/** One stroke when a quarter (a minute at most) is left, two at the end. */
export function usualBells(length_s: number, pois: boolean): Pick<FormatSpeech, 'bells' | 'periods'> {
  const rest = Math.min(60, Math.max(5, Math.round(length_s / 20) * 5));
  const warning = Math.max(1, length_s - rest);
  const window = pois && length_s >= 240;
  const bells: FormatBell[] = [];
  const periods: FormatPeriod[] = [];
  if (window) {
    bells.push({ at_s: 60, strokes: 1 });
    periods.push({ from_s: 60, kind: 'pois' });
  }
  if (warning < length_s) {
    bells.push({ at_s: warning, strokes: 1 });
    periods.push({ from_s: warning, kind: 'warning' });
  }
  bells.push({ at_s: length_s, strokes: 2 });
  periods.push({ from_s: length_s, kind: 'overtime' });
  return { bells, periods };
}

// ---- ids ----

export function freshId(taken: Iterable<string>, stem: string): string {
  const used = new Set(taken);
  for (let number = 1; ; number += 1) {
    const id = `${stem}${number}`;
    if (!used.has(id)) return id;
  }
}

const replaced = <T>(list: T[], index: number, value: T): T[] =>
  list.map((each, at) => (at === index ? value : each));

const without = <T>(list: T[], index: number): T[] => list.filter((_, at) => at !== index);

// ---- phases and speeches ----

export interface Where {
  phase: number;
  speech: number;
}

export function withPhase(format: DebateFormat, index: number, phase: FormatPhase): DebateFormat {
  return { ...format, phases: replaced(format.phases, index, phase) };
}

export function withSpeech(
  format: DebateFormat,
  at: Where,
  change: Partial<FormatSpeech>,
): DebateFormat {
  const phase = format.phases[at.phase];
  const speech = phase?.speeches[at.speech];
  if (!phase || !speech) return format;
  const speeches = replaced(phase.speeches, at.speech, { ...speech, ...change });
  return withPhase(format, at.phase, { ...phase, speeches });
}

/** After the one before it, for the side that did not speak last. */
export function addSpeech(format: DebateFormat, phase: number): DebateFormat {
  const target = format.phases[phase];
  if (!target) return format;
  const last = [...speechesOf({ ...format, phases: format.phases.slice(0, phase + 1) })]
    .reverse()
    .find((speech) => floorOf(speech.kind) === 'one');
  const sides = format.sides.map((side) => side.id);
  const side = sides[(sides.indexOf(last?.side ?? '') + 1) % sides.length] ?? null;
  const length_s = last?.length_s ?? 240;
  const speech: FormatSpeech = {
    id: freshId(speechesOf(format).map((each) => each.id), 'speech-'),
    name: { en: 'New speech', de: 'Neue Rede' },
    kind: last?.kind ?? 'constructive',
    length_s, side, seat: null, others: [], is_balanced: false, turn_limit_s: 0,
    ...usualBells(length_s, format.poi.allowed || format.poi.is_optional),
  };
  return withPhase(format, phase, { ...target, speeches: [...target.speeches, speech] });
}

export function removeSpeech(format: DebateFormat, at: Where): DebateFormat {
  const phase = format.phases[at.phase];
  const gone = phase?.speeches[at.speech];
  if (!phase || !gone) return format;
  const variants = format.variants.map((variant) => ({
    ...variant,
    lengths: Object.fromEntries(
      Object.entries(variant.lengths).filter(([speech]) => speech !== gone.id),
    ),
  }));
  return withPhase({ ...format, variants }, at.phase, {
    ...phase,
    speeches: without(phase.speeches, at.speech),
  });
}

/** Where one step up or down leads: within the phase, or into its neighbour; `null` at the ends. */
export function step(format: DebateFormat, at: Where, by: -1 | 1): Where | null {
  const count = format.phases[at.phase]?.speeches.length ?? 0;
  const next = at.speech + by;
  if (next >= 0 && next < count) return { phase: at.phase, speech: next };
  const phase = at.phase + by;
  if (phase < 0 || phase >= format.phases.length) return null;
  return { phase, speech: by < 0 ? (format.phases[phase]?.speeches.length ?? 0) : 0 };
}

/** `to.speech` is the place in the list without the one that moves. */
export function moveSpeech(format: DebateFormat, from: Where, to: Where): DebateFormat {
  const speech = format.phases[from.phase]?.speeches[from.speech];
  if (!speech) return format;
  const phases = format.phases.map((phase, index) =>
    index === from.phase ? { ...phase, speeches: without(phase.speeches, from.speech) } : phase,
  );
  const target = phases[to.phase];
  if (!target) return format;
  const speeches = [...target.speeches];
  speeches.splice(to.speech, 0, speech);
  return { ...format, phases: replaced(phases, to.phase, { ...target, speeches }) };
}

export function addPhase(format: DebateFormat): DebateFormat {
  const phase: FormatPhase = {
    id: freshId(format.phases.map((each) => each.id), 'phase-'),
    name: { en: 'New phase', de: 'Neue Phase' },
    speeches: [],
  };
  const grown = { ...format, phases: [...format.phases, phase] };
  return addSpeech(grown, grown.phases.length - 1);
}

export const removePhase = (format: DebateFormat, index: number): DebateFormat => ({
  ...format,
  phases: without(format.phases, index),
});

/** of somebody in the audience */
const USUAL_TURN_S = 60;

/** A kind asks for other speakers: those it cannot have are dropped, those it needs are named. */
export function ofKind(format: DebateFormat, speech: FormatSpeech, kind: SpeechKind): FormatSpeech {
  const floor = floorOf(kind);
  const next: FormatSpeech = {
    ...speech, kind, is_balanced: kind === 'free' && speech.is_balanced,
    turn_limit_s: kind === 'questions' ? speech.turn_limit_s || USUAL_TURN_S : 0,
  };
  if (floor !== 'one') {
    next.periods = speech.periods.map((period) =>
      period.kind === 'pois' ? { ...period, kind: 'normal' } : period,
    );
  }
  if (floor === 'queue') return { ...next, side: null, seat: null, others: [], is_balanced: kind === 'free' };
  const side = speech.side ?? format.sides[0]?.id ?? null;
  if (floor === 'one') return { ...next, side, others: [] };
  const other = format.sides.find((each) => each.id !== side)?.id ?? '';
  const others: FormatPlace[] =
    kind === 'cross'
      ? [speech.others[0] ?? { side: other, seat: null }]
      : [0, 1, 2].map(
          (index) => speech.others[index] ?? { side: index % 2 === 0 ? other : (side ?? ''), seat: null },
        );
  return { ...next, side, others };
}

// ---- sides ----

export function withSide(format: DebateFormat, index: number, side: FormatSide): DebateFormat {
  return { ...format, sides: replaced(format.sides, index, side) };
}

export function addSeat(format: DebateFormat, index: number): DebateFormat {
  const side = format.sides[index];
  if (!side) return format;
  const id = freshId(side.seats.map((seat) => seat.id), '');
  const number = side.seats.length + 1;
  const seat = { id, name: { en: `Speaker ${number}`, de: `Person ${number}` } };
  return withSide(format, index, { ...side, seats: [...side.seats, seat] });
}

/** Speeches of the seat become the side's, who then chooses. */
export function removeSeat(format: DebateFormat, index: number, place: number): DebateFormat {
  const side = format.sides[index];
  const gone = side?.seats[place];
  if (!side || !gone) return format;
  const free = <T extends { side?: string | null; seat?: string | null }>(at: T): T =>
    at.side === side.id && at.seat === gone.id ? { ...at, seat: null } : at;
  const phases = format.phases.map((phase) => ({
    ...phase,
    speeches: phase.speeches.map((speech) => ({ ...free(speech), others: speech.others.map(free) })),
  }));
  return withSide({ ...format, phases }, index, { ...side, seats: without(side.seats, place) });
}

export function addSide(format: DebateFormat): DebateFormat {
  const id = freshId(format.sides.map((side) => side.id), 'side-');
  const number = format.sides.length + 1;
  const side: FormatSide = {
    id,
    name: { en: `Side ${number}`, de: `Seite ${number}` },
    stance: format.sides.length % 2 === 0 ? 'for' : 'against',
    seats: format.sides[0]?.seats ?? [],
  };
  return { ...format, sides: [...format.sides, side] };
}

export const removeSide = (format: DebateFormat, index: number): DebateFormat => ({
  ...format,
  sides: without(format.sides, index),
});

// ---- the whole ----

/** A copy to be changed: a name of its own, nothing of the first one's origin but its source. */
export function copyOf(format: DebateFormat, suffix: { en: string; de: string }): DebateFormat {
  const name = {
    en: format.name.en && `${format.name.en} ${suffix.en}`.slice(0, 80),
    de: format.name.de && `${format.name.de} ${suffix.de}`.slice(0, 80),
  };
  return { ...format, name };
}

/** `phases[0].name` of problems, for the field that shows them: itself or what lies within. */
export function problemAt(problems: FormatProblem[], path: string): FormatProblem | undefined {
  return problems.find((problem) => problem.field === path);
}

export function hasProblem(problems: FormatProblem[], path: string): boolean {
  return problems.some(
    (problem) => problem.field === path || problem.field.startsWith(`${path}.`) || problem.field.startsWith(`${path}[`),
  );
}

/** Every way a file of a format may be named. */
export function fileName(format: DebateFormat): string {
  const stem = textIn(format.name, 'en').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  return `${stem || 'format'}.json`;
}

export function grouped(all: DebateFormatSummary[]): {
  shipped: DebateFormatSummary[];
  made: DebateFormatSummary[];
} {
  return {
    shipped: all.filter((each) => each.origin === 'shipped'),
    made: all.filter((each) => each.origin !== 'shipped'),
  };
}

/** `2 × 3`; where sides differ `3 + 2`. */
export function sidesText(counts: number[]): string {
  return new Set(counts).size === 1 ? `${counts.length} × ${counts[0]}` : counts.join(' + ');
}
