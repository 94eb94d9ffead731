import { Badge, Group } from '@mantine/core';
import { IconCheck, IconQuote } from '@tabler/icons-react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';

import type { Item, Recording } from '../../protocol';
import { Card } from '../../ui';
import { Snippet, type SnippetHandle } from '../../ui/media/Snippet';
import { ItemEditor } from './ItemEditor';
import classes from './ReviewPage.module.css';

interface Props {
  item: Item;
  chapterTitle: string | null;
  recording: Recording;
  isEditing: boolean;
  snippet: Ref<SnippetHandle>;
  onSave: (stem: string, options: string[], key: number) => void;
  onCancel: () => void;
}

const TONE = { draft: 'gray', accepted: 'teal', dropped: 'coral' } as const;

export function ItemCard({ item, chapterTitle, recording, isEditing, snippet, onSave, onCancel }: Props) {
  const { t } = useTranslation('review');
  return (
    <Card component="article" p="lg" aria-label={item.stem} className={classes.item}>
      <div className={classes.itemText}>
        <Group gap={8} mb={10}>
          <Badge variant="light" color={TONE[item.state]} className={classes.badge} data-state={item.state}>
            {t(`state.${item.state}`)}
          </Badge>
          <span className={classes.origin}>{t(`origin.${item.origin}`)}</span>
          {chapterTitle !== null && <span className={classes.origin}>· {chapterTitle}</span>}
        </Group>
        {isEditing ? (
          <ItemEditor item={item} onSave={onSave} onCancel={onCancel} />
        ) : (
          <>
            <h2 className={classes.stem}>{item.stem}</h2>
            <ul className={classes.options}>
              {item.options.map((option) => (
                <li key={option.option_id} data-key={option.is_key || undefined}>
                  <span className={classes.optionMark}>{option.is_key && <IconCheck size={15} />}</span>
                  <span>
                    {option.text}
                    {option.is_key && <span className="sr-only"> ({t('key')})</span>}
                    {option.feedback && <small>{option.feedback}</small>}
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <div className={classes.evidence}>
        <Snippet
          ref={snippet}
          hlsUrl={recording.hls_url}
          audioUrl={recording.audio_url}
          startMs={item.evidence_start_ms}
          endMs={item.evidence_end_ms}
          label={t('action.play')}
          failedLabel={t('snippetFailed')}
        />
        <figure className={classes.quote}>
          <IconQuote size={18} aria-hidden />
          <blockquote>{item.evidence}</blockquote>
        </figure>
      </div>
    </Card>
  );
}
