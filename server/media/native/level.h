/* One microphone's level (RFC 6464: 0 loudest, 127 silence), quick to rise and slow to fall. The
   ranking is policy and lives above (server/media/audio_level.py). */
#ifndef REPRISE_LEVEL_H
#define REPRISE_LEVEL_H

#include "base.h"

#define LEVEL_SILENT 127
/* Smoothed level at or below which somebody speaks; room noise lies at 60 to 80. */
#define LEVEL_SPEAKING 50
#define LEVEL_NEVER INT64_C(-1000000000)

struct level_meter {
    double level;
    int64_t updated_ns, spoke_at_ns;
    bool is_changed;
};

static inline void level_silence(struct level_meter *m) {
    m->level = LEVEL_SILENT;
    m->spoke_at_ns = LEVEL_NEVER;
    m->is_changed = true;
}
static inline void level_update(struct level_meter *m, int level, int64_t now) {
    m->level += (level - m->level) * (level < m->level ? 0.5 : 0.1);
    m->updated_ns = now;
    m->is_changed = true;
    if (m->level <= LEVEL_SPEAKING)
        m->spoke_at_ns = now;
}

#endif
