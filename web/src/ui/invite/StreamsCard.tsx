import { Badge, Checkbox, Stack, Text } from '@mantine/core';
import { IconBroadcast } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { CreateStreamToken, StreamToken } from '../../protocol';
import { absolute, GivenCard, GivenRow, Secret, useGiven } from './given';

const USES: StreamToken['use'][] = ['camera', 'screen', 'watch'];

/** Tokens for programs: the address and the secret that OBS asks for. */
export function StreamsCard({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('sessions');
  const [use, setUse] = useState<StreamToken['use']>('camera');
  const [isRecorded, setRecorded] = useState(false);
  const tokens = useGiven<StreamToken>(
    `/sessions/${sessionId}/stream-tokens`,
    (one) => one.token_id,
    (one) => ({ ...one, token: null }),
  );
  return (
    <GivenCard
      list={tokens}
      title={t('streams.title')}
      hint={t('streams.hint')}
      none={t('streams.none')}
      nameLabel={t('streams.name')}
      kindLabel={t('streams.as')}
      kinds={USES.map((value) => ({ value, label: t(`streams.use.${value}`) }))}
      kind={use}
      onKind={setUse}
      createLabel={t('streams.create')}
      icon={<IconBroadcast size={18} />}
      more={
        use !== 'watch' && (
          <Checkbox
            mb="sm"
            label={t('streams.recorded')}
            checked={isRecorded}
            onChange={(event) => setRecorded(event.currentTarget.checked)}
          />
        )
      }
      bodyFor={(name) =>
        ({ name, use, may_be_recorded: isRecorded && use !== 'watch' }) satisfies CreateStreamToken
      }
      row={(token) => (
        <Token key={token.token_id} token={token} onRevoke={() => void tokens.revoke(token)} />
      )}
    />
  );
}

function Token({ token, onRevoke }: { token: StreamToken; onRevoke: () => void }) {
  const { t } = useTranslation('sessions');
  const { name } = token;
  return (
    <div data-token={token.token_id}>
      <GivenRow
        one={token}
        revokeLabel={t('streams.revoke', { name })}
        onRevoke={onRevoke}
        badges={
          <>
            <Badge variant="light" tt="none" visibleFrom="xs">
              {t(`streams.use.${token.use}`)}
            </Badge>
            {token.may_be_recorded && (
              <Badge
                variant="light"
                tt="none"
                color="gray"
                c="var(--mantine-color-text)"
                visibleFrom="xs"
              >
                {t('streams.onRecord')}
              </Badge>
            )}
          </>
        }
      />
      {token.token && (
        <Stack gap={4} mt={6} pl={{ base: 0, xs: 44 }}>
          <Text size="xs" c="dimmed">
            {t(token.use === 'watch' ? 'streams.addressOut' : 'streams.address')}
          </Text>
          <Secret value={absolute(token.path)} copyLabel={t('streams.copyAddress', { name })} />
          <Text size="xs" c="dimmed">
            {t('streams.token')}
          </Text>
          <Secret value={token.token} copyLabel={t('streams.copyToken', { name })} />
          <Text size="xs" c="dimmed">
            {t('streams.once')}
          </Text>
        </Stack>
      )}
    </div>
  );
}
