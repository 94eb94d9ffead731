import { Badge, Stack, Text } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { CreateJoinLink, JoinLink } from '../../protocol';
import { absolute, GivenCard, GivenRow, Secret, useGiven } from './given';

const ROLES: JoinLink['role'][] = ['learner', 'observer'];

export function LinksCard({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('sessions');
  const { t: common } = useTranslation();
  const [role, setRole] = useState<JoinLink['role']>('learner');
  const links = useGiven<JoinLink>(
    `/sessions/${sessionId}/links`,
    (one) => one.link_id,
    (one) => ({ ...one, link: null }),
  );
  return (
    <GivenCard
      list={links}
      title={t('links')}
      hint={t('linksHint')}
      none={t('linksNone')}
      nameLabel={t('linkName')}
      kindLabel={t('linkAs')}
      kinds={ROLES.map((value) => ({ value, label: common(`role.${value}`) }))}
      kind={role}
      onKind={setRole}
      createLabel={t('linkCreate')}
      icon={<IconLink size={18} />}
      bodyFor={(name) => ({ name, role }) satisfies CreateJoinLink}
      row={(link) => (
        <Link key={link.link_id} link={link} onRevoke={() => void links.revoke(link)} />
      )}
    />
  );
}

function Link({ link, onRevoke }: { link: JoinLink; onRevoke: () => void }) {
  const { t } = useTranslation('sessions');
  const { t: common } = useTranslation();
  const { name } = link;
  return (
    <div data-link={link.link_id}>
      <GivenRow
        one={link}
        revokeLabel={t('linkRevoke', { name })}
        onRevoke={onRevoke}
        badges={
          link.role === 'observer' && (
            <Badge variant="light" tt="none">
              {common('role.observer')}
            </Badge>
          )
        }
      />
      {link.link && (
        <Stack gap={4} mt={6} pl={{ base: 0, xs: 44 }}>
          <Secret value={absolute(link.link)} copyLabel={t('linkCopy', { name })} />
          <Text size="xs" c="dimmed">
            {t('linkOnce', { name })}
          </Text>
        </Stack>
      )}
    </div>
  );
}
