/* Outgoing sequence numbers without gaps where packets were swallowed.

   A plain offset breaks when packets arrive out of order: one from before a swallowed packet that
   arrives after it needs the older offset. So the last few offsets are kept with the first
   incoming number each holds for. Incoming numbers are unwrapped. (The idea is Galene's
   packetmap; server/media/sequence_map.py is the same in Python.) */
#ifndef REPRISE_SEQUENCE_MAP_H
#define REPRISE_SEQUENCE_MAP_H

#include "base.h"

/* Packets older than so many offsets are past every jitter buffer. */
#define SEQUENCE_MAP_KEPT 64

struct sequence_map {
    int64_t first, highest, step;
    uint32_t count;
    struct {
        int64_t start, step;
    } changes[SEQUENCE_MAP_KEPT];
};

/* From incoming `first` on, which becomes `out`; what came before is refused. */
void sequence_map_restart(struct sequence_map *map, int64_t first, uint16_t out);
/* The outgoing number; -1 for a packet from before the restart or too old. */
int32_t sequence_map_find(struct sequence_map *map, int64_t sequence);
/* Leave `sequence` out without a gap. False when a later packet already went out: its number is
   spoken for, and the packet must be forwarded as it is. */
bool sequence_map_swallow(struct sequence_map *map, int64_t sequence);

#endif
