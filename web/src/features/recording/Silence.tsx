import type { Ref } from 'react';

import type { SilentMedia } from '../../ui/media/silence';
import '../../ui/media/silence';

declare module 'react' {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace JSX {
    interface IntrinsicElements {
      'silent-media': HTMLAttributes<SilentMedia> & RefAttributes<SilentMedia> & { duration: number };
    }
  }
}

/** In the place of the sound where nothing was said: the pictures need a clock all the same. */
export function Silence({ media, lengthMs }: { media: Ref<SilentMedia>; lengthMs: number }) {
  return (
    <silent-media ref={media} slot="media" hidden duration={lengthMs / 1000} data-testid="media" />
  );
}
