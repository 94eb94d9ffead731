/** The part of the fold that is about the agenda, the objectives and the hint (AG, AM). */
import type {
  ActivityRun,
  ActivityView,
  AgendaView,
  SessionSnapshot as ClassroomState,
  WireEvent,
} from '../../../protocol';

type Fold = (state: ClassroomState, event: WireEvent) => ClassroomState;
type Data = Record<string, unknown>;

const text = (data: Data, key: string): string => String(data[key] ?? '');
const objects = (value: unknown): Data[] => (Array.isArray(value) ? (value as Data[]) : []);

const withAgenda = (state: ClassroomState, change: Partial<AgendaView>): ClassroomState => ({
  ...state,
  agenda: { ...state.agenda, ...change },
});

/** The runs when nothing goes on any more. */
function stopped(runs: ActivityRun[], atMs: number): ActivityRun[] {
  const last = runs.at(-1);
  if (!last || last.to_ms !== null) return runs;
  return [...runs.slice(0, -1), { ...last, to_ms: atMs }];
}

const lengthened = (
  activities: ActivityView[],
  activityId: string,
  minutes: number,
): ActivityView[] =>
  activities.map((one) =>
    one.activity_id === activityId ? { ...one, extra_min: one.extra_min + minutes } : one,
  );

function resumed(runs: ActivityRun[], activityId: string): ActivityRun[] {
  const rest = runs.at(-1)?.to_ms === null ? runs.slice(0, -1) : runs;
  const last = rest.at(-1);
  if (!last || last.activity_id !== activityId) return rest;
  return [...rest.slice(0, -1), { ...last, to_ms: null }];
}

/** With the session ends what goes on. */
export const agendaEnded = (state: ClassroomState, atMs: number): Partial<ClassroomState> => ({
  agenda: { ...state.agenda, runs: stopped(state.agenda.runs, atMs), can_undo: false },
  quiet_since_ms: null,
});

export const AGENDA_FOLDS: Record<string, Fold> = {
  agenda_edited: (state, { data }) => {
    const known = new Map(state.agenda.activities.map((one) => [one.activity_id, one.extra_min]));
    return withAgenda(state, {
      revision: Number(data.revision),
      activities: objects(data.activities).map((one) => ({
        activity_id: text(one, 'activity_id'),
        title: text(one, 'title'),
        kind: text(one, 'kind') as ActivityView['kind'],
        minutes: Number(one.minutes),
        note: text(one, 'note'),
        extra_min: known.get(text(one, 'activity_id')) ?? 0,
      })),
    });
  },
  activity_started: (state, { data, at_ms }) => {
    const id = text(data, 'activity_id');
    if (!state.agenda.activities.some((one) => one.activity_id === id)) return state;
    const runs = stopped(state.agenda.runs, at_ms);
    return withAgenda(state, {
      runs: [...runs, { activity_id: id, from_ms: at_ms, to_ms: null }],
      can_undo: true,
    });
  },
  agenda_finished: (state, { at_ms }) =>
    withAgenda(state, { runs: stopped(state.agenda.runs, at_ms), can_undo: true }),
  activity_extended: (state, { data }) =>
    withAgenda(state, {
      activities: lengthened(
        state.agenda.activities,
        text(data, 'activity_id'),
        Number(data.minutes),
      ),
      can_undo: true,
    }),
  agenda_undone: (state, { data }) => {
    const id = text(data, 'activity_id');
    const can_undo = data.can_undo === true;
    return data.step === 'extension'
      ? withAgenda(state, {
          activities: lengthened(state.agenda.activities, id, -Number(data.minutes ?? 0)),
          can_undo,
        })
      : withAgenda(state, { runs: resumed(state.agenda.runs, id), can_undo });
  },
  objectives_edited: (state, { data }) => {
    const known = new Map(
      state.objectives.items.map((one) => [one.objective_id, one.covered_at_ms]),
    );
    return {
      ...state,
      objectives: {
        revision: Number(data.revision),
        items: objects(data.objectives).map((one) => ({
          objective_id: text(one, 'objective_id'),
          text: text(one, 'text'),
          covered_at_ms: known.get(text(one, 'objective_id')) ?? null,
        })),
      },
    };
  },
  objective_covered: (state, { data, at_ms }) => ({
    ...state,
    objectives: {
      ...state.objectives,
      items: state.objectives.items.map((one) =>
        one.objective_id === text(data, 'objective_id')
          ? { ...one, covered_at_ms: data.is_covered === true ? at_ms : null }
          : one,
      ),
    },
  }),
  quiet_noted: (state, { data }) => ({ ...state, quiet_since_ms: Number(data.since_ms) }),
  hint_withdrawn: (state) => ({ ...state, quiet_since_ms: null }),
};
