#include "level.h"

void level_silence(struct level_meter *m) {
    m->level = LEVEL_SILENT;
    m->spoke_at_ns = -LEVEL_HOLD_NS;
}

void level_update(struct level_meter *m, int level, int64_t now) {
    m->level += (level - m->level) * (level < m->level ? 0.5 : 0.1);
    m->updated_ns = now;
    if (m->level <= LEVEL_SPEAKING)
        m->spoke_at_ns = now;
}

double level_now(struct level_meter *m, int64_t now) {
    if (now - m->updated_ns > LEVEL_STALE_NS)
        m->level = LEVEL_SILENT;
    return m->level;
}

bool level_is_speaking(const struct level_meter *m, int64_t now) {
    return now - m->spoke_at_ns < LEVEL_HOLD_NS;
}
