import type { ParseKeys } from 'i18next';

import type { Classroom } from './classroom';
import type { PageState } from './store';

export type LabelKey = ParseKeys<['classroom', 'room', 'plan']>;

export interface Action {
  name: string;
  /** Full sentence: tooltip, menu and help. */
  label: (state: PageState) => LabelKey;
  /** A word for the toolbar. */
  short: LabelKey;
  /** `KeyboardEvent.code`, with Alt. Plain letters would get in the way of screen readers. */
  code: string | null;
  isAvailable: (state: PageState) => boolean;
  isOn: (state: PageState) => boolean;
  perform: (classroom: Classroom) => void;
}
