import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { ServerStatus } from '../../protocol';
import { useResource } from '../../transport/resource';

/** What this server lacks, for those who can put it right; nothing where it lacks nothing. */
export function ServerNotice() {
  const { t } = useTranslation('users');
  const { data } = useResource<ServerStatus>('/server');
  if (!data?.media_plane_lack) return null;
  return (
    <Alert color="yellow" role="status" title={t('server.pythonPlane')}>
      {t('server.pythonPlaneHint')} <span lang="en">{data.media_plane_lack}</span>
    </Alert>
  );
}
