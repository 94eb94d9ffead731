/* Who is heard where: the ranking of a room's voices, and which of a listener's places each gets.

   The same rules as server/media/audio_level.py and server/media/room.py, number for number: tests
   hold the two against each other. */
#ifndef REPRISE_SOUND_H
#define REPRISE_SOUND_H

#include "level.h"

#define SOUND_LOUDEST 3
/* dB by which a rival must be louder to take a place from somebody who speaks. */
#define SOUND_MARGIN 6
/* Audio places of a listener beside that of the stage. */
#define SOUND_PLACES 16

/* An audible microphone. */
struct voice {
    uint32_t publication, participant;
    bool is_favoured; /* heard whoever else is loud */
    struct level_meter *meter;
};

/* Loudest first, those who speak before the silent. Comes in the order of the last time, new ones
   at the end: nobody who speaks is overtaken by a rival less than a margin louder, and among the
   silent the order stays. `spare` has room for as many. */
void sound_rank(struct voice *voices, struct voice *spare, uint32_t count, int64_t now);

/* Publications for a listener: into `stage` (where he has such a place) the voice of whoever is on
   his stage, into `places` the loudest others and the favoured, each staying where it is. 0: none.
   `carried`: what each place has now. */
struct listener {
    uint32_t participant, on_stage; /* on_stage 0: nobody */
    bool has_stage;
    uint32_t place_count; /* at most SOUND_PLACES */
};
void sound_plan(const struct voice *ranked, uint32_t count, const struct listener *listener,
                const uint32_t *carried, uint32_t *stage, uint32_t *places);

#endif
