/* Rooms: whose voice reaches whom. The server says who is in which room, who is favoured and who
   is on whose stage; which voices are the loudest is found here, forty milliseconds by forty, so
   that nobody's sound waits for the server. */
#ifndef REPRISE_ROOM_H
#define REPRISE_ROOM_H

#include "base.h"
#include "sound.h"

struct plane;
struct transport;
struct slot;

/* One transport's part in it. */
struct hearing {
    struct room *room;
    uint32_t participant, on_stage;
    struct slot *stage, *places[SOUND_PLACES];
    uint32_t place_count;
    uint32_t told[1 + SOUND_PLACES]; /* publications: the stage's, then those of the places */
};

/* Memory for a ranking, shared by all rooms. */
struct ranking {
    struct voice *voices, *spare;
    uint32_t count, space;
};

/* `room` 0: in none. */
void room_place(struct transport *transport, uint32_t room, uint32_t participant);
/* Those with priority (participants) and guests from other rooms (publications). */
void room_favour(struct plane *plane, uint32_t room, const uint32_t *participants,
                 uint32_t participant_count, const uint32_t *guests, uint32_t guest_count);
void room_stage(struct transport *transport, uint32_t participant);
/* A stream has come or gone: plan everything anew. */
void rooms_changed(struct plane *plane);
/* Rank, and move sound where that changed anything. */
void rooms_route(struct plane *plane, int64_t now);
/* Say who speaks, as long as anybody does and once when it has become quiet. */
void rooms_tell_speakers(struct plane *plane, int64_t now);
void rooms_free(struct plane *plane);

#endif
