/* One microphone's level (RFC 6464: 0 loudest, 127 silence), quick to rise and slow to fall;
   server/media/audio_level.py is the same in Python. */
#ifndef REPRISE_LEVEL_H
#define REPRISE_LEVEL_H

#include "base.h"

#define LEVEL_SILENT 127
/* Smoothed level at or below which somebody speaks; room noise lies at 60 to 80. */
#define LEVEL_SPEAKING 50
#define LEVEL_STALE_NS (300 * MS_NS)
/* A speaker keeps the place between two words. */
#define LEVEL_HOLD_NS (800 * MS_NS)

struct level_meter {
    double level;
    int64_t updated_ns, spoke_at_ns;
};

void level_silence(struct level_meter *meter);
void level_update(struct level_meter *meter, int level, int64_t now);
/* Silence when packets stop (Opus DTX, mute). */
double level_now(struct level_meter *meter, int64_t now);
bool level_is_speaking(const struct level_meter *meter, int64_t now);

#endif
