import { Button, Checkbox, Text } from '@mantine/core';
import { IconExternalLink, IconFileText, IconFileTypePdf, IconPhoto } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

import type { MarkMaterial, Material } from '../../protocol';
import { http } from '../../transport/http';
import { useResource } from '../../transport/resource';
import { ErrorState, Loading, useErrorText } from '../States';
import { toast } from '../toast';
import classes from './plan.module.css';

function iconOf(one: Material): typeof IconPhoto {
  if (one.kind === 'link') return IconExternalLink;
  if (one.media_type === 'application/pdf') return IconFileTypePdf;
  return one.media_type?.startsWith('image/') ? IconPhoto : IconFileText;
}

/** What is added or taken away meanwhile is there within this time (MA1). */
const POLL_MS = 15_000;

/** What to look at before class, with one's own ticks. Opening counts as seen. */
export function MaterialList({ sessionId, empty }: { sessionId: string; empty?: string }) {
  const { t } = useTranslation('plan');
  const errorText = useErrorText();
  const path = `/sessions/${sessionId}/materials`;
  const { data, error, reload, set } = useResource<Material[]>(path, { pollMs: POLL_MS });

  async function mark(one: Material, to: MarkMaterial['mark']) {
    const now = new Date().toISOString();
    const before = data;
    set((old) =>
      (old ?? []).map((each) =>
        each.material_id === one.material_id
          ? {
              ...each,
              seen_at: each.seen_at ?? now,
              done_at: to === 'seen' ? each.done_at : to === 'done' ? now : null,
            }
          : each,
      ),
    );
    try {
      await http.put(`${path}/${one.material_id}/mark`, { mark: to } satisfies MarkMaterial);
    } catch (reason) {
      set(() => before);
      toast(errorText(reason), { tone: 'bad' });
    }
  }

  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <Loading rows={1} height={48} />;
  if (data.length === 0) {
    return empty ? (
      <Text size="sm" c="dimmed">
        {empty}
      </Text>
    ) : null;
  }
  return (
    <ul className={classes.list} aria-label={t('materials')}>
      {data.map((one) => {
        const Icon = iconOf(one);
        const isDone = one.done_at !== null;
        return (
          <li key={one.material_id} className={classes.material}>
            <Button
              component="a"
              href={one.url}
              target="_blank"
              rel="noopener noreferrer"
              variant="subtle"
              size="compact-md"
              justify="flex-start"
              className={classes.open}
              styles={{ label: { whiteSpace: 'normal', textAlign: 'start', lineHeight: 1.35 } }}
              leftSection={<Icon size={18} aria-hidden />}
              onClick={() => void mark(one, 'seen')}
              onAuxClick={() => void mark(one, 'seen')}
            >
              {one.title}
            </Button>
            <Checkbox
              size="sm"
              label={isDone ? t('materialDone') : t(one.seen_at ? 'materialSeen' : 'materialNew')}
              aria-label={t('tick', { title: one.title })}
              checked={isDone}
              onChange={(event) => void mark(one, event.currentTarget.checked ? 'done' : 'not_done')}
            />
          </li>
        );
      })}
    </ul>
  );
}
