import {
  IconChartBar, IconCircleDot, IconCoffee, IconMessages, IconPencil, IconPresentation, IconScale,
  IconUsersGroup,
} from '@tabler/icons-react';

import type { ActivityKind } from '../../protocol';

const ICONS: Record<ActivityKind, typeof IconCoffee> = {
  talk: IconPresentation,
  discussion: IconMessages,
  poll: IconChartBar,
  debate: IconScale,
  breakout: IconUsersGroup,
  exercise: IconPencil,
  break: IconCoffee,
  other: IconCircleDot,
};

export const KINDS = Object.keys(ICONS) as ActivityKind[];

export function KindIcon({ kind, size = 18 }: { kind: ActivityKind; size?: number }) {
  const Icon = ICONS[kind];
  return <Icon size={size} aria-hidden style={{ flex: 'none' }} />;
}
